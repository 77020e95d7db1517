import type { Cancellation } from './cancellation'
import type { Answer, RawOptions } from './client'
import { forget, forgetAll, recall, remember } from '@/storage'
import { call, fill } from './client'
import { asApiError } from './errors'

type CachedPath = '/home' | '/categories' | '/products' | '/products/{product_id}' | '/regions' | '/search/hot'
interface Entry { data: unknown, etag: string | null }

const PART = 'cache.'
const KEPT = 40
const INDEX = 'cache.index'
const running = new Map<string, Promise<Entry>>()

interface CachedOptions { path?: object, query?: object, cancellation?: Cancellation }

/**
 * Shows what we already have at once, then asks the server and shows what changed (nothing when its ETag is the same).
 * Rejects when the server cannot be asked; what was shown stays valid, so the page decides how loud to be.
 */
export async function cached<P extends CachedPath>(
  path: P,
  options: CachedOptions,
  show: (data: Answer<P>, confirmed: boolean) => void,
): Promise<void> {
  const key = PART + fill(path, options)
  const known = recall<Entry>(key)
  if (known)
    show(known.data as Answer<P>, false)
  const entry = await confirm(key, path, options, known)
  if (!options.cancellation?.cancelled)
    show(entry.data as Answer<P>, true)
}

/** Forgets every cached answer. */
export function clearCache() {
  forgetAll(PART)
}

function confirm(key: string, path: string, options: CachedOptions, known: Entry | null): Promise<Entry> {
  const underway = running.get(key)
  if (underway)
    return underway
  // Shared by every page that asks for the same thing, so one page's leaving does not abort it.
  const raw: RawOptions = { path: options.path, query: options.query }
  if (known?.etag)
    raw.header = { 'If-None-Match': known.etag }
  const asking = call('get', path, raw)
    .then((answer) => {
      if (answer.status === 304 && known)
        return known
      const entry = { data: answer.data, etag: answer.etag }
      keep(key, entry)
      return entry
    })
    .catch((error) => {
      const failed = asApiError(error)
      // Gone from the shop: do not show it again from memory.
      if (failed.status === 404)
        forget(key)
      throw failed
    })
    .finally(() => running.delete(key))
  running.set(key, asking)
  return asking
}

function keep(key: string, entry: Entry) {
  remember(key, entry)
  const index = [key, ...(recall<string[]>(INDEX) ?? []).filter(k => k !== key)]
  index.splice(KEPT).forEach(old => forget(old))
  remember(INDEX, index)
}

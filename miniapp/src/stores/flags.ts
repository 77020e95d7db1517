import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { api } from '@/api/client'
import { recall, remember } from '@/storage'
import { deviceId } from '@/tracking'
import { watchedBy } from '@/version'
import { useSession } from './session'

interface Said { flags: Record<string, boolean>, cohort: string }

const KEY = 'flags'
/** Coming back sooner than this asks nothing anew. */
const FRESH_MS = 30_000

/**
 * What the shop has switched on: asked at each start and whenever the app comes to the front, and remembered, so
 * that the next start begins with it. Before consent the phone has no id, and gets what everybody gets.
 */
export const useFlags = defineStore('flags', () => {
  const session = useSession()
  const flags = shallowRef<Said['flags']>({})
  take(recall<Said>(KEY) ?? { flags: {}, cohort: '' })
  let askedAt = 0

  /** The app came to the front. */
  async function refresh() {
    if (Date.now() - askedAt >= FRESH_MS)
      await load()
  }

  async function load() {
    askedAt = Date.now()
    const device = deviceId()
    try {
      const answer = await api.get('/flags', device ? { header: { 'X-Device': device } } : {})
      take(answer)
      remember(KEY, answer)
    }
    catch {
      // Nobody can be asked now: what was said the last time holds.
      askedAt = 0
    }
  }

  function take(said: Said) {
    flags.value = said.flags
    watchedBy(said.cohort)
  }

  watch(() => session.loggedIn, () => load())

  return { flags, refresh }
})

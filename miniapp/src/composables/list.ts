import type { ApiError } from '@/api/errors'
import { onUnmounted, reactive, ref, shallowRef } from 'vue'
import { Cancellation } from '@/api/cancellation'
import { asApiError } from '@/api/errors'

interface Page<T> { items: T[], next_cursor: string | null }

export interface List<T> {
  items: T[] | null
  error: ApiError | null
  busy: boolean
  ended: boolean
  refresh: () => Promise<void>
  more: () => Promise<void>
  restart: () => Promise<void>
}

/** A list that grows as the customer scrolls. `items` is null until the first page came. */
export function useList<T>(fetchPage: (cursor: string | undefined, cancellation: Cancellation) => Promise<Page<T>>): List<T> {
  const items = shallowRef<T[] | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  const ended = ref(false)
  let cursor: string | null = null
  let current = new Cancellation()

  async function fetch(first: boolean) {
    if (!first && (busy.value || ended.value || items.value === null))
      return
    current.cancel()
    const mine = current = new Cancellation()
    busy.value = true
    error.value = null
    try {
      const page = await fetchPage(first ? undefined : cursor ?? undefined, mine)
      if (mine.cancelled)
        return
      items.value = first ? page.items : [...items.value ?? [], ...page.items]
      cursor = page.next_cursor
      ended.value = cursor === null
    }
    catch (caught) {
      const failed = asApiError(caught)
      if (!mine.cancelled && failed.kind !== 'aborted')
        error.value = failed
    }
    finally {
      if (!mine.cancelled)
        busy.value = false
    }
  }

  /** Empties the list, so that the skeleton shows, and loads the first page (another filter was chosen). */
  function restart() {
    items.value = null
    ended.value = false
    return fetch(true)
  }

  onUnmounted(() => current.cancel())
  return reactive({ items, error, busy, ended, refresh: () => fetch(true), more: () => fetch(false), restart }) as List<T>
}

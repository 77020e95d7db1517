import type { ApiError } from '@/api/errors'
import { onUnmounted, reactive, ref, shallowRef } from 'vue'
import { Cancellation } from '@/api/cancellation'
import { asApiError } from '@/api/errors'

export interface Resource<T> {
  data: T | null
  error: ApiError | null
  busy: boolean
  refresh: () => Promise<void>
}

/** One thing a page shows: its data, why it could not be loaded, and how to load it again. Calls itself off when the page closes. */
export function useResource<T>(load: (show: (data: T) => void, cancellation: Cancellation) => Promise<void>): Resource<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  let current = new Cancellation()

  async function refresh() {
    current.cancel()
    const mine = current = new Cancellation()
    busy.value = true
    try {
      await load((found) => {
        if (!mine.cancelled)
          data.value = found
      }, mine)
      if (!mine.cancelled)
        error.value = null
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

  onUnmounted(() => current.cancel())
  return reactive({ data, error, busy, refresh }) as Resource<T>
}

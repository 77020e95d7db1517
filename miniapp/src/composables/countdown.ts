import { onUnmounted, ref, watch } from 'vue'
import { secondsUntil } from '@/shared/time'

/** Seconds left until a moment, counted down; calls `over` once when it passes. Null while there is no moment. */
export function useCountdown(until: () => string | null | undefined, over: () => void) {
  const left = ref<number | null>(null)
  let timer: ReturnType<typeof setInterval> | undefined

  function stop() {
    clearInterval(timer)
    timer = undefined
  }

  function count() {
    const iso = until()
    left.value = iso ? secondsUntil(iso) : null
    if (left.value === 0 && timer) {
      stop()
      over()
    }
  }

  watch(until, (iso) => {
    stop()
    if (iso && secondsUntil(iso) > 0)
      timer = setInterval(count, 1000)
    count()
  }, { immediate: true })

  onUnmounted(stop)
  return left
}

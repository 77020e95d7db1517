import type { Ref } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { ref, watch } from 'vue'
import { useExperiments } from '@/stores/experiments'
import { trackExposure } from '@/tracking'

/**
 * The variant of an experiment that a page shows: null for a moment on a first start, then it never changes while
 * the page is open. Whoever takes no part, or is offline, sees `control`. That it was seen is recorded as soon as
 * `visible` says that the place where variants differ is on the screen.
 */
export function useExperiment(key: string, visible: () => boolean = () => true): Ref<string | null> {
  const experiments = useExperiments()
  const variant = ref<string | null>(null)
  // Only what was dealt is an exposure: who waited in vain sees control too, and must not count as one of its own.
  let dealt: string | null = null

  function expose() {
    if (dealt !== null && visible())
      trackExposure(key, dealt)
  }

  watch(() => experiments.settled, (settled) => {
    if (settled && variant.value === null) {
      dealt = experiments.take(key)
      variant.value = dealt ?? 'control'
    }
  }, { immediate: true })
  watch(() => variant.value !== null && visible(), shown => shown && expose(), { immediate: true })
  onShow(expose)
  return variant
}

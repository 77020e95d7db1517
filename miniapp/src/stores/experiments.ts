import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { api } from '@/api/client'
import { forget, recall, remember } from '@/storage'
import { deviceId } from '@/tracking'
import { usePrivacy } from './privacy'

type Assignments = Record<string, string>

const KEY = 'experiments'
/** A first start does not keep the customer waiting for longer: he sees what everybody sees, and is not counted. */
const PATIENCE_MS = 1_500

/** Which variants of experiments this phone shows: asked once a start, remembered for the next one. */
export const useExperiments = defineStore('experiments', () => {
  const privacy = usePrivacy()
  const assignments = shallowRef<Assignments>({})
  /** Whether waiting for an assignment makes no more sense. */
  const settled = ref(true)
  /** What has been shown stays, until the app is started anew. */
  const held = new Map<string, string>()

  watch(() => privacy.agreed, agreed => agreed ? begin() : clear(), { immediate: true })

  /** The variant dealt to this phone; null when it takes no part or it is not known. */
  function take(key: string): string | null {
    const variant = held.get(key) ?? assignments.value[key]
    if (variant === undefined)
      return null
    held.set(key, variant)
    return variant
  }

  function begin() {
    const known = recall<Assignments>(KEY)
    assignments.value = known ?? {}
    settled.value = known !== null
    setTimeout(() => settled.value = true, PATIENCE_MS)
    void load()
  }

  /** Without consent the phone has no id, so nothing can be dealt to it. */
  function clear() {
    assignments.value = {}
    held.clear()
    settled.value = true
    forget(KEY)
  }

  async function load() {
    const device = deviceId()
    try {
      if (device) {
        const answer = await api.get('/experiments', { header: { 'X-Device': device } })
        if (privacy.agreed) {
          assignments.value = answer.assignments
          remember(KEY, answer.assignments)
        }
      }
    }
    catch {
      // Nobody can be asked now: what was dealt the last time holds, and without that everything is as ever.
    }
    finally {
      settled.value = true
    }
  }

  return { settled, take }
})

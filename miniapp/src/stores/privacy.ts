import { defineStore } from 'pinia'
import { ref } from 'vue'
import { config } from '@/config'
import { allowStorage, recall, remember } from '@/storage'
import { setTrackingConsent } from '@/tracking'

/** Whether the customer agreed to the privacy policy, and the sheet that asks. Before that nothing is stored or collected. */
export const usePrivacy = defineStore('privacy', () => {
  const agreed = ref(recall<string>('privacy') === config.privacyVersion)
  const asking = ref(false)
  /** True when something the customer did needs the agreement; false when it is only offered. */
  const needed = ref(false)
  /** How often it was asked: pages that are already open notice a new question by it. */
  const asked = ref(0)
  let waiting: ((agreed: boolean) => void)[] = []

  if (agreed.value)
    allowStorage(true)

  /** True when the customer has agreed; otherwise asks and waits for the answer. */
  function ask(): Promise<boolean> {
    if (agreed.value)
      return Promise.resolve(true)
    needed.value = true
    asking.value = true
    asked.value += 1
    return new Promise(resolve => waiting.push(resolve))
  }

  /** On the first page of a visit: shows the sheet once, without anybody waiting for it. */
  function offer() {
    asking.value = !agreed.value
  }

  function answer(yes: boolean) {
    asking.value = false
    agreed.value = yes
    if (yes) {
      allowStorage(true)
      remember('privacy', config.privacyVersion)
      setTrackingConsent(true)
    }
    waiting.forEach(resolve => resolve(yes))
    waiting = []
  }

  /** Takes the agreement back: nothing stays on the device, nothing more is recorded. */
  function withdraw() {
    agreed.value = false
    setTrackingConsent(false)
    allowStorage(false)
  }

  return { agreed, asking, needed, asked, ask, offer, answer, withdraw }
})

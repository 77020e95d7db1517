import type { PostAnswer } from '@/api/client'
import { shallowRef } from 'vue'
import { api } from '@/api/client'
import { asApiError } from '@/api/errors'
import { forget, recall, remember } from '@/storage'
import { deviceId } from '@/tracking'

const KEY = 'invitation'
const CODE = /^[0-9A-Z]{4,12}$/i

/** What the server said of the invitation that was told last in this visit. */
export const answered = shallowRef<{ code: string } & PostAnswer<'/referral/touch'> | null>(null)
let telling: Promise<void> | null = null

/** Keeps the code by which somebody was invited until he logs in. The first one counts, as it does for the server. */
export function keepInvitation(code: string | undefined) {
  if (code && CODE.test(code) && !recall(KEY))
    remember(KEY, code)
}

/** Tells the server, once somebody is logged in, by whose invitation he came. Not answered: the next login tries again. */
export function tellInvitation(): Promise<void> {
  telling ??= tell().finally(() => telling = null)
  return telling
}

async function tell() {
  const code = recall<string>(KEY)
  if (!code)
    return
  try {
    answered.value = { code, ...await api.post('/referral/touch', { body: { code, device: deviceId() ?? '' } }) }
    forget(KEY)
  }
  catch (caught) {
    if (asApiError(caught).kind === 'rejected' && asApiError(caught).status !== 429)
      forget(KEY)
  }
}

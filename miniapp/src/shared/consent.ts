import type { Template } from '@/api/types'
import { api } from '@/api/client'
import { platform } from '@/platform'
import { track } from '@/tracking'

export type Moment = 'order_submit' | 'order_paid' | 'group_open' | 'group_join' | 'check_in' | 'coupon_claim' | 'activity_sign_up'

/** The messages that may be offered at this moment; empty when there is nothing to ask or it cannot be asked now. */
export async function messagesToOffer(moment: Moment): Promise<Template[]> {
  try {
    return (await api.get('/consents', { query: { moment } })).templates
  }
  catch {
    // Without the list nobody is asked; the shop's messages still come into the message centre.
    return []
  }
}

/** Asks for consent and tells the server. Call it straight from a tap: WeChat shows nothing otherwise. Returns how many were accepted. */
export async function askConsent(moment: Moment, templates: Template[]): Promise<number> {
  if (!templates.length)
    return 0
  try {
    const results = await platform.subscribe(templates)
    if (!Object.keys(results).length)
      return 0
    const accepted = Object.values(results).filter(answer => answer === 'accept').length
    track('consent_answered', { moment, accepted })
    await api.post('/consents', { body: { moment, results } })
    return accepted
  }
  catch {
    // Nothing the customer came for depends on it: buying goes on, news comes into the message centre.
    return 0
  }
}

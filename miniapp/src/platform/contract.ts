import type { PayParameters, Template } from '@/api/types'

/**
 * paid: the cashier says so (the server still asks WeChat); cancelled: the customer closed it; failed: it did not go through;
 * unknown: the cashier gave no answer; unavailable: this platform cannot take payments here.
 */
export type PayOutcome = 'paid' | 'cancelled' | 'failed' | 'unknown' | 'unavailable'
export type ConsentAnswer = 'accept' | 'reject' | 'ban' | 'filter'

/** What the app asks of the platform it runs on. */
export interface Platform {
  /** A one-time code that the server trades for the customer's identity. */
  login: () => Promise<string>
  pay: (parameters: PayParameters) => Promise<PayOutcome>
  /** Must be called from a tap. Answers per template id; empty when the platform cannot ask. */
  subscribe: (templates: Template[]) => Promise<Record<string, ConsentAnswer>>
  /** A one-time code for the phone number, where the platform gives it without its own button. */
  phoneCode: (() => Promise<string>) | null
  /** True when payment and messages work here. */
  complete: boolean
}

/** The platform lacks something; `message` tells the customer what to do. */
export class PlatformUnavailable extends Error {
  constructor(message: string) {
    super(message)
    Object.setPrototypeOf(this, PlatformUnavailable.prototype)
  }
}

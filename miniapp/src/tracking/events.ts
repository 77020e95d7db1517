/**
 * The events a page may record, with their properties. Facts the server knows better (cart, orders, payments)
 * are missing on purpose: it records them itself and refuses them from a phone.
 */
export interface EventMap {
  goods_viewed: { product_id: number, price_amount: number }
  /** `position` counts from 0 inside `block`, the list or section that was tapped. */
  goods_tapped: { product_id: number, position: number, block: string }
  goods_searched: { query: string, results: number }
  checkout_viewed: { lines: number, total_amount: number }
  payment_requested: { order_number: string }
  payment_dismissed: { order_number: string }
  /** `accepted` is the number of message templates the person said yes to. */
  consent_answered: { moment: string, accepted: number }
}

export type EventName = keyof EventMap

export type Props = Record<string, string | number | boolean | null | Record<string, number>>

/** One event as it is stored and sent. `ts` is epoch milliseconds. */
export interface TrackedEvent {
  id: string
  name: string
  ts: number
  session_id: string
  page: string
  props: Props
}

const HEX = '0123456789abcdef'

function randomBytes(count: number): number[] {
  const bytes = new Uint8Array(count)
  if (typeof crypto === 'object' && crypto.getRandomValues) {
    crypto.getRandomValues(bytes)
  }
  else {
    for (let i = 0; i < count; i++) bytes[i] = Math.floor(Math.random() * 256)
  }
  return Array.from(bytes)
}

/** A random UUID (version 4). Mini program engines have no `crypto.randomUUID`. */
export function uuid(): string {
  const bytes = randomBytes(16)
  bytes[6] = (bytes[6]! & 0x0F) | 0x40
  bytes[8] = (bytes[8]! & 0x3F) | 0x80
  const hex = bytes.map(b => HEX[b >> 4]! + HEX[b & 15]!).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Ten characters: two of them with their names fit the 32 characters of a mini program code's `scene`. */
export function shortId(): string {
  return randomBytes(10).map(b => (b % 36).toString(36)).join('')
}

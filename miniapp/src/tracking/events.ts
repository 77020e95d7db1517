import type { AutomaticEvent, PlannedEvents } from '@/plan/tracking'

/** Facts that only the server may record: it knows them better and refuses them from a phone. */
type ServerFact
  = | 'cart_added'
    | 'goods_bought'
    | 'order_submitted'
    | 'order_paid'
    | 'order_shipped'
    | 'order_completed'
    | 'order_cancelled'
    | 'order_refunded'
    | 'message_sent'
    | 'user_logged_in'
    | 'group_opened'
    | 'group_joined'
    | 'group_completed'
    | 'group_expired'
    | 'coupon_claimed'
    | 'coupon_used'
    | 'points_changed'
    | 'checked_in'
    | 'tier_changed'
    | 'invitation_accepted'
    | 'invitation_rewarded'
    | 'link_opened'
    | 'activity_signed_up'
    | 'automation_entered'
    | 'automation_acted'

/** What a page may record: the plan's events but for those that the client or the server record by themselves. */
export type EventName = Exclude<keyof PlannedEvents, AutomaticEvent | ServerFact>

export type Props = Record<string, string | number | boolean | null | undefined | Record<string, number>>

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

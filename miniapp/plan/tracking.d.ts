/** Made from the blueprint; change that instead. */
export interface PlannedEvents {
  /** buy/tap by customer on home; search_and_buy/tap by customer on search */
  goods_tapped: { product_id: string | number, position: number, block: string }
  /** buy/view by customer on product; search_and_buy/view by customer on product; invite/view by friend on product */
  goods_viewed: { product_id: string | number, price_amount: number }
  /** buy/add by customer on product; rebuy/again by customer on order */
  cart_added: { product_id: string | number, sku_id: string | number, quantity: number }
  /** buy/settle by customer on checkout; search_and_buy/settle by customer on checkout; receive/settle by customer on checkout; cancel_and_refund/settle by customer on checkout; rebuy/settle by customer on checkout; invite/settle by friend on checkout; coupon/settle by customer on checkout */
  checkout_viewed: { lines: number, total_amount: number }
  /** buy/submit by customer on checkout; search_and_buy/submit by customer on checkout; pay_later/submit by customer on checkout; receive/submit by customer on checkout; cancel_and_refund/submit by customer on checkout; rebuy/submit by customer on checkout; invite/submit by friend on checkout; coupon/submit by customer on checkout */
  order_submitted: { order_number: string | number, total_amount: number, lines: number }
  /** buy/open_cashier by customer on checkout; pay_later/again by customer on order */
  payment_requested: { order_number: string | number }
  /** buy/pay by customer on result; search_and_buy/pay by customer on result; pay_later/pay by customer on result; receive/pay by customer on result; cancel_and_refund/pay by customer on result; rebuy/pay by customer on result; invite/pay by friend on result; coupon/pay by customer on result */
  order_paid: { order_number: string | number, amount: number }
  /** buy/told by system; search_and_buy/told by system; receive/told by system; rebuy/told by system; coupon/told by system */
  message_sent: { purpose: 'order_paid' | 'order_shipped' | 'group_result' | 'points_changed' | 'coupon_given' | 'coupon_expiring' | 'activity_starting' | 'member_care' }
  /** buy/not_subscribed by customer on checkout */
  consent_answered: { moment: 'order_submit' | 'order_paid' | 'group_open' | 'group_join' | 'check_in' | 'coupon_claim' | 'activity_sign_up', accepted: number }
  /** buy/closed_cashier by customer on checkout; pay_later/leave by customer on checkout */
  payment_dismissed: { order_number: string | number }
  /** buy/timed_out by system; pay_later/timed_out by system; cancel_and_refund/cancel by clerk; cancel_and_refund/unpaid by customer on order; coupon/given_back by customer on order */
  order_cancelled: { order_number: string | number, amount: number }
  /** search_and_buy/search by customer on search; search_and_buy/nothing_found by customer on search */
  goods_searched: { query: string, results: number }
  /** receive/ship by clerk */
  order_shipped: { order_number: string | number, amount: number }
  /** receive/confirm by customer on order; receive/forgotten by system; rebuy/confirm by customer on order */
  order_completed: { order_number: string | number, amount: number }
  /** cancel_and_refund/refunded by system */
  order_refunded: { order_number: string | number, amount: number }
  /** group_buy/open by opener on result */
  group_opened: { group_id: string | number, sku_id: string | number, size: number }
  /** group_buy/invite by opener on group */
  group_shared: { group_id: string | number, method: 'friend' | 'poster' }
  /** group_buy/look by friend on group; group_buy/look_too by neighbour on group */
  group_viewed: { group_id: string | number }
  /** group_buy/join by friend on result; group_buy/join_too by neighbour on result */
  group_joined: { group_id: string | number }
  /** group_buy/full by system */
  group_completed: { group_id: string | number, members: number }
  /** group_buy/expired by system */
  group_expired: { group_id: string | number }
  /** invite/share by inviter on invite */
  invite_shared: { method: 'friend' | 'poster' }
  /** invite/take by friend on invite */
  invite_taken: Record<string, never>
  app_launched: { scene?: number, page?: string }
  app_shown: { scene?: number, page?: string, version?: string, channel?: string, campaign?: string, source?: string, share_id?: string | number, parent_share_id?: string | number, root_id?: string | number }
  app_hidden: { page?: string, duration_ms?: number }
  app_failed: { page?: string, kind?: string, digest?: string | number, version?: string }
  page_viewed: { page?: string, from?: string }
  page_left: { page?: string, duration_ms?: number }
  page_shared: { page?: string, share_id?: string | number, parent_share_id?: string | number, root_id?: string | number, channel?: string }
  page_favorited: { page?: string }
  element_tapped: { page?: string, element?: string }
  user_logged_in: Record<string, never>
  goods_bought: { order_number?: string | number, product_id?: string | number, product?: string, category?: string, quantity?: number, amount?: number }
  link_opened: { channel?: string, link?: string }
  coupon_claimed: { template_id?: string | number }
  coupon_used: { template_id?: string | number, amount?: number }
  checked_in: { streak?: number }
  points_changed: { reason?: string, points?: number }
  tier_changed: { tier?: number }
  activity_signed_up: { activity_id?: string | number }
  invitation_accepted: { inviter?: string | number }
  invitation_rewarded: { invitee?: string | number, order_number?: string | number }
  automation_entered: { automation_id?: string | number, arm?: string }
  automation_acted: { automation_id?: string | number, arm?: string }
}

export type EventName = keyof PlannedEvents

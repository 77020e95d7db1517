export interface PlannedEvents {
  goods_tapped: { product_id: string | number, position: number, block: string }
  goods_viewed: { product_id: string | number, price_amount: number }
  cart_added: { product_id: string | number, sku_id: string | number, quantity: number }
  checkout_viewed: { lines: number, total_amount: number }
  order_submitted: { order_number: string | number, total_amount: number, lines: number }
  payment_requested: { order_number: string | number }
  order_paid: { order_number: string | number, amount: number }
  message_sent: { purpose: 'order_paid' | 'order_shipped' }
  consent_answered: { moment: 'order_submit' | 'order_paid', accepted: number }
  payment_dismissed: { order_number: string | number }
  order_cancelled: { order_number: string | number, amount: number }
  goods_searched: { query: string, results: number }
  order_shipped: { order_number: string | number, amount: number }
  order_completed: { order_number: string | number, amount: number }
  order_refunded: { order_number: string | number, amount: number }
  app_launched: { scene?: number, page?: string }
  app_shown: { scene?: number, page?: string, share_id?: string | number, parent_share_id?: string | number, root_id?: string | number }
  app_hidden: { page?: string, duration_ms?: number }
  page_viewed: { page?: string, from?: string }
  page_left: { page?: string, duration_ms?: number }
  page_shared: { page?: string, share_id?: string | number, parent_share_id?: string | number, root_id?: string | number, channel?: string }
  page_favorited: { page?: string }
  element_tapped: { page?: string, element?: string }
  user_logged_in: { }
}

export type EventName = keyof PlannedEvents

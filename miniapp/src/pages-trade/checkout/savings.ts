import type { Quote } from '@/api/types'

/** What the customer chose at the checkout: a coupon (null: the best one, 0: none), and whether points pay a part. */
export interface Choice { coupon: number | null, points: boolean }

/** The choice as a quote takes it; of points as many as are allowed. */
export function asked(choice: Choice, quote: Quote | null) {
  return { coupon_id: choice.coupon, points: choice.points ? quote?.points?.balance ?? null : null }
}

/** What the quote shown decided, as the order takes it: that very coupon and those points, nothing found better since. */
export function decided(quote: Quote) {
  return { coupon_id: quote.coupons.find(coupon => coupon.chosen)?.id ?? 0, points: quote.points?.used ?? 0 }
}

/** Everything that is less than on the shelf: lower prices, what is taken off the goods, and freight. */
export function saved(quote: Quote): number {
  return quote.lines.reduce((sum, line) => sum + (line.original_price_amount - line.price_amount) * line.quantity, 0)
    + quote.discount_amount + quote.freight_saved_amount
}

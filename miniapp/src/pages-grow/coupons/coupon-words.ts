import type { Coupon, CouponTemplate } from '@/api/types'
import { t } from '@/i18n'
import { open, routes } from '@/shared/routes'
import { moment, secondsUntil } from '@/shared/time'

const DAY = 86_400
/** From here on days are counted instead of named. */
const SOON_DAYS = 3

/** A moment, with its year only when that is another one. */
function when(iso: string): string {
  const text = moment(iso)
  return text.startsWith(String(new Date().getFullYear())) ? text.slice(5) : text
}

/** Until when a coupon is good, more urgently the nearer that is. */
export function validity(coupon: Pick<Coupon, 'status' | 'not_yet' | 'starts_at' | 'expires_at'>): { text: string, soon: boolean } {
  if (coupon.status === 'usable' && coupon.not_yet)
    return { text: t('coupons.not_yet', { at: when(coupon.starts_at) }), soon: false }
  const left = secondsUntil(coupon.expires_at)
  if (coupon.status !== 'usable' || left > SOON_DAYS * DAY)
    return { text: t('coupons.until', { at: when(coupon.expires_at) }), soon: false }
  return { text: left < DAY ? t('coupons.today') : t('coupons.soon', { n: Math.floor(left / DAY) }), soon: true }
}

/** Opens where a coupon can be used: its one product, its first category, or all that there is. */
export function use(coupon: Pick<Coupon, 'product_ids' | 'category_ids'>) {
  const [product] = coupon.product_ids
  const [category] = coupon.category_ids
  if (product !== undefined)
    open(routes.product(product))
  else
    open(category === undefined ? routes.category() : `${routes.category()}?id=${category}`)
}

/** What the button on a claimable coupon says. */
export function claimWord(state: CouponTemplate['state']): string {
  return { claimable: t('coupons.claim'), claimed: t('coupons.claimed_word'), gone: t('coupons.gone_word'), not_for_you: t('coupons.not_for_you') }[state]
}

import { useCart } from '@/stores/cart'
import { useSession } from '@/stores/session'

const CART = 2
const ME = 3

function badge(index: number, count: number) {
  // Only tab pages may change the tab bar; elsewhere the next tab page to show does it.
  const fail = () => {}
  if (count > 0)
    uni.setTabBarBadge({ index, text: count > 99 ? '99+' : String(count), fail })
  else
    uni.removeTabBarBadge({ index, fail })
}

/** The number of pieces in the cart, on its tab. */
export function showCartBadge() {
  badge(CART, useCart().count)
}

/** The number of unread messages, on the tab of one's own page. */
export function showMessageBadge() {
  badge(ME, useSession().member?.unread_messages ?? 0)
}

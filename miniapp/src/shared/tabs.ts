import { t } from '@/i18n'
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

/** What the tab bar says, for a tab page that comes to the front: names in the chosen language, pieces in the cart, unread messages. */
export function showTabs() {
  const names = ['tab.home', 'tab.category', 'tab.cart', 'tab.me'] as const
  names.forEach((name, index) => uni.setTabBarItem({ index, text: t(name), fail: () => {} }))
  showCartBadge()
  badge(ME, useSession().member?.unread_messages ?? 0)
}

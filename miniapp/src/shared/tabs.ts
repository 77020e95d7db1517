import type { PageName } from '@/plan/pages'
import { t } from '@/i18n'
import { tabs } from '@/plan/pages'
import { useCart } from '@/stores/cart'
import { useSession } from '@/stores/session'

function badge(page: PageName, count: number) {
  const index = tabs.indexOf(page)
  if (index < 0)
    return
  // Only tab pages may change the tab bar; elsewhere the next tab page to show does it.
  const fail = () => {}
  if (count > 0)
    uni.setTabBarBadge({ index, text: count > 99 ? '99+' : String(count), fail })
  else
    uni.removeTabBarBadge({ index, fail })
}

/** The number of pieces in the cart, on its tab. */
export function showCartBadge() {
  badge('cart', useCart().count)
}

/** What the tab bar says, for a tab page that comes to the front: names in the chosen language, pieces in the cart, unread messages. */
export function showTabs() {
  tabs.forEach((name, index) => uni.setTabBarItem({ index, text: t(`title.${name}`), fail: () => {} }))
  showCartBadge()
  badge('me', useSession().member?.unread_messages ?? 0)
}

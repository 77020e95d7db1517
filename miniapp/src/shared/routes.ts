import { ref } from 'vue'
import { pages, tabs } from '@/plan/pages'

const TABS: string[] = tabs.map(name => pages[name].path)
/** The most pages WeChat keeps open; beyond it a page replaces the one on top. */
const DEEPEST = 10

/** The category a link asked for: tab pages take no query, so it waits here for the page. */
export const wantedCategory = ref<number | null>(null)

export const routes = {
  product: (id: number) => `${pages.product.path}?id=${id}`,
  search: (q = '') => `${pages.search.path}${q ? `?q=${encodeURIComponent(q)}` : ''}`,
  list: (category: number, name: string) => `${pages.list.path}?category=${category}&name=${encodeURIComponent(name)}`,
  checkout: (line?: { sku: number, quantity: number }) => `${pages.checkout.path}${line ? `?sku=${line.sku}&quantity=${line.quantity}` : ''}`,
  /** Buys in a group: the one with this number, or a new one. */
  checkoutInGroup: (line: { sku: number, quantity: number }, campaign: number, number = '') => `${pages.checkout.path}?sku=${line.sku}&quantity=${line.quantity}&campaign=${campaign}${number ? `&group=${number}` : ''}`,
  result: (number: string) => `${pages.result.path}?number=${number}`,
  orders: (status = '') => `${pages.orders.path}${status ? `?status=${status}` : ''}`,
  order: (number: string) => `${pages.order.path}?number=${number}`,
  addresses: (choosing = false) => `${pages.addresses.path}${choosing ? '?choosing=1' : ''}`,
  address: (id?: number) => `${pages.address.path}${id ? `?id=${id}` : ''}`,
  messages: () => pages.messages.path,
  agreement: (name: 'privacy' | 'terms') => `${pages.agreement.path}?name=${name}`,
  settings: () => pages.settings.path,
  groups: () => pages.groups.path,
  group: (number: string) => `${pages.group.path}?number=${number}`,
  campaign: (id: number) => `${pages.group.path}?campaign=${id}`,
  myGroups: () => pages.mine.path,
  flash: () => pages.flash.path,
  coupons: (tab = '') => `${pages.coupons.path}${tab ? `?tab=${tab}` : ''}`,
  points: () => pages.points.path,
  card: () => pages.card.path,
  invite: () => pages.invite.path,
  activities: () => pages.activities.path,
  activity: (id: number) => `${pages.activity.path}?id=${id}`,
  home: () => pages.home.path,
  category: () => pages.category.path,
  cart: () => pages.cart.path,
}

/** Opens a path of this app, tab or not. */
export function open(link: string) {
  const [path = '', query = ''] = link.split('?')
  if (TABS.includes(path)) {
    const category = /(?:^|&)id=(\d+)/.exec(query)?.[1]
    if (category)
      wantedCategory.value = Number(category)
    uni.switchTab({ url: path })
    return
  }
  if (getCurrentPages().length >= DEEPEST)
    uni.redirectTo({ url: link })
  else
    uni.navigateTo({ url: link })
}

/** One page back, or home when the app was opened right here. */
export function back() {
  if (getCurrentPages().length > 1)
    uni.navigateBack()
  else
    open(routes.home())
}

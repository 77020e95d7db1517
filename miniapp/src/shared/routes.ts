import { ref } from 'vue'

const TABS = ['/pages/home/home', '/pages/category/category', '/pages/cart/cart', '/pages/me/me']
/** The most pages WeChat keeps open; beyond it a page replaces the one on top. */
const DEEPEST = 10

/** The category a link asked for: tab pages take no query, so it waits here for the page. */
export const wantedCategory = ref<number | null>(null)

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
    uni.switchTab({ url: TABS[0]! })
}

export const routes = {
  product: (id: number) => `/pages-goods/product/product?id=${id}`,
  search: (q = '') => `/pages-goods/search/search${q ? `?q=${encodeURIComponent(q)}` : ''}`,
  list: (category: number, name: string) => `/pages-goods/list/list?category=${category}&name=${encodeURIComponent(name)}`,
  checkout: (line?: { sku: number, quantity: number }) => `/pages-trade/checkout/checkout${line ? `?sku=${line.sku}&quantity=${line.quantity}` : ''}`,
  result: (number: string) => `/pages-trade/result/result?number=${number}`,
  orders: (status = '') => `/pages-trade/orders/orders${status ? `?status=${status}` : ''}`,
  order: (number: string) => `/pages-trade/order/order?number=${number}`,
  addresses: (choosing = false) => `/pages-trade/addresses/addresses${choosing ? '?choosing=1' : ''}`,
  address: (id?: number) => `/pages-trade/address/address${id ? `?id=${id}` : ''}`,
  messages: () => '/pages-user/messages/messages',
  agreement: (name: 'privacy' | 'terms') => `/pages-user/agreement/agreement?name=${name}`,
  settings: () => '/pages-user/settings/settings',
  home: () => TABS[0]!,
  category: () => TABS[1]!,
  cart: () => TABS[2]!,
}

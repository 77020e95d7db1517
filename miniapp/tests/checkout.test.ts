import type { Phone } from './phone'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import { authenticateWith } from '@/api/client'
import { attemptAnswered } from '@/pages-trade/attempt'
import Checkout from '@/pages-trade/checkout/checkout.vue'
import { fakePhone, Server } from './phone'
import { openWith } from './uni-app'

vi.mock('@/tracking', () => ({ track: vi.fn(), setTrackingConsent: vi.fn() }))
const platform = vi.hoisted(() => ({ pay: vi.fn(), subscribe: vi.fn() }))
vi.mock('@/platform', () => ({ platform, tick: () => {}, PlatformUnavailable: class extends Error {} }))

let server: Server
let phone: Phone
const quote = {
  lines: [{ sku_id: 3, product_id: 1, title: '草莓', sku_title: '300g', cover: '', price_amount: 3990, quantity: 2, line_amount: 7980, status: 'ok', price_was: null, original_price_amount: 3990, discount_amount: 0, labels: [] }],
  items_amount: 7980,
  freight_amount: 0,
  freight_saved_amount: 0,
  freight_note: '',
  discount_amount: 0,
  discounts: [] as object[],
  coupons: [] as object[],
  points: null as object | null,
  gifts: [],
  hints: [] as string[],
  total_amount: 7980,
  address: { id: 5, name: '张三', phone: '13812345678', province: '浙江省', city: '杭州市', district: '西湖区', region_code: '330106', detail: '文三路', is_default: true },
  problems: [] as object[],
  can_submit: true,
}

beforeEach(() => {
  server = new Server()
  phone = fakePhone(server)
  vi.stubGlobal('uni', phone)
  setActivePinia(createPinia())
  authenticateWith({ token: () => 't', renew: () => Promise.reject(new Error('no login here')) })
  attemptAnswered()
  openWith({ sku: '3', quantity: '2' })
  platform.pay.mockReset().mockResolvedValue('paid')
  platform.subscribe.mockReset().mockResolvedValue({ a: 'accept' })
  server
    .on('POST /quote', { status: 200, body: quote })
    .on('GET /consents', { status: 200, body: { templates: [] } })
    .on('POST /consents', { status: 200, body: { granted: 1 } })
    .on('POST /orders', { status: 201, body: { number: 'N1' } })
    .on('POST /orders/N1/pay', { status: 200, body: { timeStamp: '1' } })
})

const sheet = defineComponent((_, { slots }) => () => slots.default?.())

async function opened() {
  const page = mount(Checkout, { global: { stubs: { 'PrivacySheet': true, 't-icon': true, 't-popup': sheet } } })
  await flushPromises()
  return { page, submit: async () => {
    await page.find('[data-testid=submit-order]').trigger('click')
    await flushPromises()
  } }
}

const keys = () => server.asked.filter(a => a.path === '/orders').map(a => a.header['Idempotency-Key'])

it('orders what was quoted, at the price that was shown, and goes to the cashier', async () => {
  const { submit } = await opened()
  await submit()
  expect(server.asked.find(a => a.path === '/orders')!.body).toEqual({ lines: [{ sku_id: 3, quantity: 2 }], address_id: 5, remark: '', expected_total_amount: 7980, coupon_id: 0, points: 0 })
  expect(platform.pay).toHaveBeenCalledWith({ timeStamp: '1' })
  expect(phone.redirectTo).toHaveBeenCalledWith({ url: '/pages-trade/result/result?number=N1&outcome=paid' })
})

it('repeats an unanswered order with the same key, and never the key of an answered one', async () => {
  server.on('POST /orders', 'timeout', { status: 502, body: {} }, { status: 201, body: { number: 'N1' } })
  const { submit } = await opened()
  await submit()
  await submit()
  await submit()
  const [first, second, third] = keys()
  expect(first).toMatch(/^[0-9a-f]{32}$/)
  expect([second, third]).toEqual([first, first])
  await submit()
  expect(keys()[3]).not.toBe(first)
})

it('takes a new key after a refusal, and shows what changed', async () => {
  server.on('POST /orders', { status: 409, body: { code: 'price_changed', message: '价格有变动', details: {} } })
  const { submit } = await opened()
  await submit()
  await submit()
  expect(new Set(keys()).size).toBe(2)
  expect(server.times('POST /quote')).toBe(3)
  expect(phone.showModal.mock.calls[0]![0].content).toBe('价格有变动')
  expect(platform.pay).not.toHaveBeenCalled()
})

it('sends one order for two quick taps', async () => {
  const { page } = await opened()
  const button = page.find('[data-testid=submit-order]')
  await Promise.all([button.trigger('click'), button.trigger('click')])
  await flushPromises()
  expect(server.times('POST /orders')).toBe(1)
})

it('asks for messages once, from the tap, and orders whatever the answer is', async () => {
  server.on('GET /consents', { status: 200, body: { templates: [{ template_id: 'a', title: '发货', purpose: 'order_shipped' }] } })
  server.on('POST /orders', 'offline', { status: 201, body: { number: 'N1' } })
  platform.subscribe.mockRejectedValue(new Error('no sheet'))
  const { submit } = await opened()
  await submit()
  await submit()
  expect(platform.subscribe).toHaveBeenCalledTimes(1)
  expect(server.times('POST /orders')).toBe(2)
  expect(server.times('POST /consents')).toBe(0)
})

it('names the line that cannot be bought and does not order', async () => {
  server.on('POST /quote', { status: 200, body: { ...quote, can_submit: false, problems: [{ sku_id: 3, code: 'short', message: '草莓只剩 1 件' }] } })
  const { page, submit } = await opened()
  expect(page.find('[data-testid=checkout-problem]').text()).toBe('草莓只剩 1 件')
  await submit()
  expect(server.times('POST /orders')).toBe(0)
})

it('asks for an address before anything else', async () => {
  server.on('POST /quote', { status: 200, body: { ...quote, address: null, can_submit: false } })
  const { submit } = await opened()
  await submit()
  expect(phone.navigateTo).toHaveBeenCalledWith({ url: '/pages-trade/address/address?choosing=1' })
  expect(server.times('POST /orders')).toBe(0)
})

const coupon = { id: 8, title: '满 50 减 10', condition: '满 ¥50.00 可用', amount: 1000, usable: true, reason: '', chosen: true, expires_at: '2026-12-01T00:00:00Z' }
const other = { ...coupon, id: 9, title: '免运费券', amount: 800, chosen: false }
const points = { balance: 900, most: 500, most_amount: 500, used: 0, amount: 0 }
const bodies = (path: string) => server.asked.filter(a => a.path === path).map(a => a.body as Record<string, unknown>)

it('orders with the very coupon and points that the quote shown was made with', async () => {
  server.on('POST /quote', { status: 200, body: { ...quote, coupons: [coupon, other], points, discount_amount: 1000, discounts: [{ kind: 'coupon', title: coupon.title, amount: 1000 }], total_amount: 6980 } }, { status: 200, body: { ...quote, coupons: [coupon, other], points: { ...points, used: 500, amount: 500 }, total_amount: 6480 } })
  const { page, submit } = await opened()
  expect(page.find('[data-testid=checkout-coupon]').text()).toContain('-¥10.00')
  expect(page.find('[data-testid=checkout-points]').text()).toContain('可用 500 积分抵 ¥5.00')
  expect(page.find('[data-testid=checkout-discount]').text()).toContain('-¥10.00')
  await page.find('[data-testid=checkout-points]').trigger('click')
  await flushPromises()
  await submit()
  expect(bodies('/quote')[1]).toMatchObject({ coupon_id: null, points: 900 })
  expect(bodies('/orders')[0]).toMatchObject({ coupon_id: 8, points: 500, expected_total_amount: 6480 })
})

it('takes the coupon that was chosen, or none', async () => {
  server.on('POST /quote', { status: 200, body: { ...quote, coupons: [coupon, other] } }, { status: 200, body: { ...quote, coupons: [{ ...coupon, chosen: false }, { ...other, chosen: true }] } }, { status: 200, body: { ...quote, coupons: [{ ...coupon, chosen: false }, other] } })
  const { page, submit } = await opened()
  await page.find('[data-testid=coupon-choice][data-id="9"]').trigger('click')
  await flushPromises()
  await submit()
  await page.find('[data-testid=coupon-none]').trigger('click')
  await flushPromises()
  await submit()
  expect(bodies('/quote').map(body => body.coupon_id)).toEqual([null, 9, 0])
  expect(bodies('/orders').map(body => body.coupon_id)).toEqual([9, 0])
})

it('proposes the best coupon again, and says so, when the chosen one went away', async () => {
  server.on('POST /quote', { status: 200, body: { ...quote, coupons: [coupon, other] } }, { status: 200, body: { ...quote, coupons: [{ ...coupon, chosen: false }, { ...other, chosen: true }] } }, { status: 200, body: { ...quote, coupons: [coupon] } })
  server.on('POST /orders', { status: 409, body: { code: 'coupon_spent', message: '优惠券刚刚被使用或已失效，请重新确认订单', details: {} } })
  const { page, submit } = await opened()
  await page.find('[data-testid=coupon-choice][data-id="9"]').trigger('click')
  await flushPromises()
  await submit()
  expect(bodies('/quote').map(body => body.coupon_id)).toEqual([null, 9, null])
  expect(page.find('[data-testid=checkout-changed]').text()).toContain('所选优惠券已不能用')
})

it('says what the total was and is when it changed meanwhile', async () => {
  server.on('POST /quote', { status: 200, body: quote }, { status: 200, body: { ...quote, total_amount: 7480 } })
  server.on('POST /orders', { status: 409, body: { code: 'price_changed', message: '价格有变化', details: {} } })
  const { page, submit } = await opened()
  await submit()
  expect(page.find('[data-testid=checkout-changed]').text()).toContain('原 ¥79.80，现 ¥74.80')
})

import type { Phone } from './phone'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
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
  lines: [{ sku_id: 3, product_id: 1, title: '草莓', sku_title: '300g', cover: '', price_amount: 3990, quantity: 2, line_amount: 7980, status: 'ok', price_was: null }],
  items_amount: 7980,
  freight_amount: 0,
  freight_note: '',
  discount_amount: 0,
  discounts: [],
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

async function opened() {
  const page = mount(Checkout, { global: { stubs: { 'PrivacySheet': true, 't-icon': true } } })
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
  expect(server.asked.find(a => a.path === '/orders')!.body).toEqual({ lines: [{ sku_id: 3, quantity: 2 }], address_id: 5, remark: '', expected_total_amount: 7980 })
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

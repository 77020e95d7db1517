import type { Phone, Reply } from './phone'
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { fakePhone, Server } from './phone'

const tracking = vi.hoisted(() => ({ setTrackingConsent: vi.fn(), deviceId: vi.fn() }))
vi.mock('@/tracking', () => tracking)

let phone: Phone
let server: Server
const says = (flags: Record<string, boolean>, cohort = ''): Reply => ({ status: 200, body: { flags, cohort } })

/** Starts the app anew with what the phone remembers. */
async function launch(...replies: Reply[]) {
  server.on('GET /flags', ...replies)
  vi.resetModules()
  setActivePinia(createPinia())
  const { usePrivacy } = await import('@/stores/privacy')
  const { useFlags } = await import('@/stores/flags')
  const { useFlag } = await import('@/composables/flag')
  usePrivacy()
  return { store: useFlags(), flag: useFlag('home_flash', true) }
}

beforeEach(() => {
  vi.useRealTimers()
  server = new Server()
  phone = fakePhone(server)
  vi.stubGlobal('uni', phone)
  tracking.deviceId.mockReset().mockReturnValue('phone-1')
})

it('does what the code falls back to until the server has said otherwise', async () => {
  const { store, flag } = await launch(says({ home_flash: false }))
  expect(flag.value).toBe(true)
  await store.refresh()
  expect(flag.value).toBe(false)
  expect(server.asked[0]!.header).toMatchObject({ 'X-Device': 'phone-1', 'X-Version': '0.0.0-dev' })
})

it('begins with what was said the last time, and keeps to it offline', async () => {
  phone.storage.set('fangcun.flags', { flags: { home_flash: false }, cohort: '' })
  const { store, flag } = await launch('offline')
  expect(flag.value).toBe(false)
  await store.refresh()
  expect(flag.value).toBe(false)
})

it('asks again when the app comes to the front, but not with every glance', async () => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] })
  const { store, flag } = await launch(says({ home_flash: true }), says({ home_flash: false }))
  await store.refresh()
  await store.refresh()
  expect(server.times('GET /flags')).toBe(1)
  vi.setSystemTime(1_031_000)
  await store.refresh()
  expect(flag.value).toBe(false)
})

it('asks without an id while nothing may be recorded', async () => {
  tracking.deviceId.mockReturnValue(null)
  const { store } = await launch(says({}))
  await store.refresh()
  expect(server.asked[0]!.header).not.toHaveProperty('X-Device')
})

it('tells with its version which feature is being watched on it, from the next start on at once', async () => {
  const first = await launch(says({ home_flash: true }, 'home-flash'))
  await first.store.refresh()
  const { version } = await import('@/version')
  expect(version()).toBe('0.0.0-dev+home-flash')
  phone.storage.set('fangcun.flags', { flags: { home_flash: true }, cohort: 'home-flash' })
  const second = await launch(says({}))
  await second.store.refresh()
  expect(server.asked.map(one => one.header['X-Version'])).toEqual(['0.0.0-dev', '0.0.0-dev+home-flash'])
})

it('takes the flash sale off the home page at once when its flag is stopped, and brings it back', async () => {
  const line = { sku_id: 1, product_id: 1, title: '草莓', cover: '', price_amount: 1990, list_price_amount: 2990, stock_left: 3 }
  const sale = { id: 1, title: '今日秒杀', state: 'running', starts_at: '2026-11-26T00:00:00Z', ends_at: '2099-01-01T00:00:00Z', lines: [line] }
  server.on('GET /flash-sales', { status: 200, body: { items: [sale] } })
  const { store } = await launch(says({ home_flash: false }), says({ home_flash: true }))
  await store.refresh()
  const { default: HomeFlash } = await import('@/pages/home/home-flash.vue')
  const strip = mount(HomeFlash, { global: { stubs: { RemoteImage: true, PriceTag: true, TIcon: true } } })
  expect(strip.find('[data-testid="home-flash-sale"]').exists()).toBe(false)
  expect(server.times('GET /flash-sales')).toBe(0)
  vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ['Date'] })
  await store.refresh()
  await vi.waitFor(() => expect(strip.find('[data-testid="home-flash-sale"]').exists()).toBe(true))
})

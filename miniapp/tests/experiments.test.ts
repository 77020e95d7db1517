import type { Phone, Reply } from './phone'
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { fakePhone, Server } from './phone'

const tracking = vi.hoisted(() => ({ setTrackingConsent: vi.fn(), trackExposure: vi.fn(), deviceId: vi.fn() }))
vi.mock('@/tracking', () => tracking)

let phone: Phone
let server: Server
const dealt = (assignments: Record<string, string>) => ({ status: 200, body: { assignments } })

/** Starts the app anew with what the phone remembers; answers how a page shows its experiment. */
async function launch(reply: Reply = dealt({ layout: 'grid' })) {
  server.on('GET /experiments', reply)
  vi.resetModules()
  setActivePinia(createPinia())
  const { usePrivacy } = await import('@/stores/privacy')
  const { useExperiments } = await import('@/stores/experiments')
  const { useExperiment } = await import('@/composables/experiment')
  const privacy = usePrivacy()
  useExperiments()
  const page = (visible = () => true) => mount(defineComponent(() => {
    const variant = useExperiment('layout', visible)
    return () => h('p', String(variant.value))
  }))
  return { privacy, page }
}

async function answered() {
  await vi.waitFor(() => expect(server.times('GET /experiments')).toBe(1))
  await new Promise(resolve => setTimeout(resolve))
  await nextTick()
}

beforeEach(() => {
  server = new Server()
  phone = fakePhone(server)
  vi.stubGlobal('uni', phone)
  phone.storage.set('fangcun.privacy', '2026-11')
  tracking.trackExposure.mockReset()
  tracking.deviceId.mockReset().mockReturnValue('phone-1')
})

it('waits for what is dealt on a first start, shows it and says so', async () => {
  const { page } = await launch()
  const shown = page()
  expect(shown.text()).toBe('null')
  await answered()
  expect(shown.text()).toBe('grid')
  expect(tracking.trackExposure.mock.calls).toEqual([['layout', 'grid']])
  expect(server.asked[0]!.header['X-Device']).toBe('phone-1')
})

it('shows at once what was dealt the last time, and keeps it for as long as the app runs', async () => {
  phone.storage.set('fangcun.experiments', { layout: 'grid' })
  const { page } = await launch(dealt({ layout: 'other' }))
  expect(page().text()).toBe('grid')
  await answered()
  expect(page().text()).toBe('grid')
  expect(phone.storage.get('fangcun.experiments')).toEqual({ layout: 'other' })
})

it('shows control offline and counts nobody who was dealt nothing', async () => {
  const { page } = await launch('offline')
  const shown = page()
  await answered()
  expect(shown.text()).toBe('control')
  expect(tracking.trackExposure).not.toHaveBeenCalled()
})

it('is no exposure while it is not on the screen', async () => {
  const visible = ref(false)
  const { page } = await launch()
  page(() => visible.value)
  await answered()
  expect(tracking.trackExposure).not.toHaveBeenCalled()
  visible.value = true
  await nextTick()
  expect(tracking.trackExposure.mock.calls).toEqual([['layout', 'grid']])
})

it('does not keep a customer waiting, and then counts him nowhere', async () => {
  vi.useFakeTimers()
  const { page } = await launch(new Promise<never>(() => {}))
  const shown = page()
  await vi.advanceTimersByTimeAsync(1_500)
  expect(shown.text()).toBe('control')
  vi.useRealTimers()
  expect(tracking.trackExposure).not.toHaveBeenCalled()
})

it('asks nothing before the customer agreed, and forgets everything when he takes it back', async () => {
  phone.storage.delete('fangcun.privacy')
  const { privacy, page } = await launch()
  expect(page().text()).toBe('control')
  expect(server.asked).toEqual([])
  privacy.answer(true)
  await answered()
  expect(page().text()).toBe('grid')
  privacy.withdraw()
  await nextTick()
  expect(phone.storage.has('fangcun.experiments')).toBe(false)
  expect(page().text()).toBe('control')
})

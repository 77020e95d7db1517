import type { Phone } from './phone'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { fakePhone, Server } from './phone'

const tracking = vi.hoisted(() => ({ setTrackingConsent: vi.fn(), track: vi.fn() }))
vi.mock('@/tracking', () => tracking)
const login = vi.hoisted(() => vi.fn())
vi.mock('@/platform', () => ({ platform: { login }, PlatformUnavailable: class extends Error {} }))

let phone: Phone
let server: Server

async function launch() {
  vi.resetModules()
  setActivePinia(createPinia())
  const { usePrivacy } = await import('@/stores/privacy')
  const { useSession } = await import('@/stores/session')
  const { remember } = await import('@/storage')
  return { privacy: usePrivacy(), session: useSession(), remember }
}

beforeEach(() => {
  server = new Server()
  phone = fakePhone(server)
  vi.stubGlobal('uni', phone)
  tracking.setTrackingConsent.mockReset()
  login.mockReset().mockResolvedValue('code')
  server.on('POST /login', { status: 200, body: { token: 't1', member: { nickname: '小方' } } }).on('POST /privacy', { status: 204 })
})

it('writes nothing to the device before the customer agreed', async () => {
  const { privacy, remember } = await launch()
  remember('cache./home', { v: 1 })
  expect(phone.setStorageSync).not.toHaveBeenCalled()
  privacy.offer()
  privacy.answer(false)
  remember('searches', ['虾'])
  expect(phone.setStorageSync).not.toHaveBeenCalled()
  expect(tracking.setTrackingConsent).not.toHaveBeenCalled()
})

it('keeps what was in memory once the customer agrees, and does not ask again', async () => {
  const first = await launch()
  first.remember('searches', ['虾'])
  first.privacy.offer()
  expect(first.privacy.asking).toBe(true)
  first.privacy.answer(true)
  expect(phone.storage.get('fangcun.searches')).toEqual(['虾'])
  expect(tracking.setTrackingConsent).toHaveBeenCalledWith(true)
  const second = await launch()
  second.privacy.offer()
  expect([second.privacy.agreed, second.privacy.asking]).toEqual([true, false])
})

it('asks again when the policy has a new version', async () => {
  phone.storage.set('fangcun.privacy', '2025-01')
  expect((await launch()).privacy.agreed).toBe(false)
})

it('does not log anybody in who refuses', async () => {
  const { privacy, session } = await launch()
  const entering = session.ensure()
  privacy.answer(false)
  await expect(entering).rejects.toMatchObject({ kind: 'refused' })
  expect(login).not.toHaveBeenCalled()
  expect(server.asked).toEqual([])
  expect(session.loggedIn).toBe(false)
})

it('logs in once for all that wait, and records the consent', async () => {
  const { privacy, session } = await launch()
  const entering = Promise.all([session.ensure(), session.ensure(), session.ensure()])
  privacy.answer(true)
  await entering
  expect(login).toHaveBeenCalledTimes(1)
  expect(session.member?.nickname).toBe('小方')
  expect(server.asked.map(a => [a.path, a.body])).toEqual([['/login', { code: 'code' }], ['/privacy', { version: '2026-11', agreed: true }]])
  expect(phone.storage.get('fangcun.token')).toBe('t1')
})

it('erases the device when the agreement is taken back', async () => {
  const { privacy, session, remember } = await launch()
  server.on('POST /logout', { status: 204 })
  privacy.answer(true)
  await session.ensure()
  remember('searches', ['虾'])
  await session.logout()
  privacy.withdraw()
  expect([...phone.storage.keys()]).toEqual([])
  expect(tracking.setTrackingConsent).toHaveBeenLastCalledWith(false)
  remember('searches', ['蟹'])
  expect([...phone.storage.keys()]).toEqual([])
})

it('logs out on the phone even when the server cannot be told', async () => {
  const { privacy, session } = await launch()
  server.on('POST /logout', 'offline')
  privacy.answer(true)
  await session.ensure()
  await session.logout()
  expect([session.loggedIn, session.member]).toEqual([false, null])
  expect(phone.storage.has('fangcun.token')).toBe(false)
})

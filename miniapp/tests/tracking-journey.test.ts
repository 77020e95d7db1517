// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { VERSION as version } from '@/version'
import { FakePhone } from './tracking-phone'

let phone: FakePhone

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T08:00:00Z') })
  phone = new FakePhone()
})

afterEach(() => {
  expect(phone.server.broken).toEqual([])
  vi.useRealTimers()
})

const told = () => phone.server.counted.map(({ name, page, props }) => [name, page, props])

it('tells a visit from launch to hide without a word from the pages', async () => {
  phone.scene = 1089
  await phone.start()
  phone.open('pages/home/home')
  await phone.wait(3_000)
  phone.cover()
  phone.open('pages-goods/detail/detail')
  phone.tracking.track('goods_viewed', { product_id: 7, price_amount: 1990 })
  await phone.wait(1_500)
  phone.hide()
  await phone.wait(100)
  expect(told()).toEqual([
    ['app_launched', '', { scene: 1089 }],
    ['app_shown', '', { scene: 1089, version }],
    ['page_viewed', 'pages/home/home', {}],
    ['page_left', 'pages/home/home', { duration_ms: 3_000 }],
    ['page_viewed', 'pages-goods/detail/detail', {}],
    ['goods_viewed', 'pages-goods/detail/detail', { product_id: 7, price_amount: 1990 }],
    ['page_left', 'pages-goods/detail/detail', { duration_ms: 1_500 }],
    ['app_hidden', '', { duration_ms: 4_500 }],
  ])
})

it('leaves a page once, also when it is unloaded after the next one is shown', async () => {
  await phone.start()
  phone.open('pages/home/home')
  const home = phone.pageStack[0]!
  phone.open('pages/cart/cart')
  phone.pageStack.unshift(phone.pageStack.pop()!)
  phone.close()
  expect(phone.pageStack).not.toContain(home)
  phone.hide()
  await phone.wait(100)
  expect(told().slice(2).map(([name, page]) => [name, page])).toEqual([
    ['page_viewed', 'pages/home/home'],
    ['page_left', 'pages/home/home'],
    ['page_viewed', 'pages/cart/cart'],
    ['page_left', 'pages/cart/cart'],
    ['app_hidden', ''],
  ])
})

it('tells once that the app was hidden, in which order the platform ever says it', async () => {
  await phone.start()
  phone.open('pages/home/home')
  phone.hide()
  phone.hide()
  await phone.wait(100)
  expect(told().slice(3).map(([name]) => name)).toEqual(['page_left', 'app_hidden'])
  phone.show()
  phone.hideAppFirst()
  await phone.wait(100)
  expect(told().slice(5).map(([name, page]) => [name, page])).toEqual([
    ['app_shown', ''],
    ['page_viewed', 'pages/home/home'],
    ['page_left', 'pages/home/home'],
    ['app_hidden', 'pages/home/home'],
  ])
})

it('takes no stay on a page for longer than half an hour', async () => {
  await phone.start()
  phone.open('pages/home/home')
  await phone.wait(9 * 3_600_000)
  phone.hide()
  await phone.wait(100)
  expect(told().filter(([name]) => name === 'page_left')).toEqual([['page_left', 'pages/home/home', { duration_ms: 1_800_000 }]])
})

it('stores, reads and sends nothing before consent, then tells the launch as it was', async () => {
  phone.scene = 1047
  const launchedAt = Date.now()
  await phone.start({ consent: false })
  phone.open('pages/home/home')
  phone.tracking.track('goods_viewed', { product_id: 1, price_amount: 1 })
  await phone.wait(60_000)
  phone.hide()
  phone.show()
  expect([phone.reads, phone.writes, phone.storage.size, phone.server.requests.length]).toEqual([0, 0, 0, 0])
  phone.tracking.setTrackingConsent(true)
  await phone.wait(6_000)
  expect(told()).toEqual([
    ['app_launched', '', { scene: 1047 }],
    ['app_shown', '', { scene: 1047, version }],
    ['page_viewed', 'pages/home/home', {}],
  ])
  expect(phone.server.counted[0]!.ts).toBe(launchedAt)
})

it('erases everything when consent is withdrawn', async () => {
  await phone.start()
  phone.server.script = Array.from({ length: 9 }, () => () => 'offline')
  phone.open('pages/home/home')
  phone.tracking.track('goods_viewed', { product_id: 1, price_amount: 1 })
  await phone.wait(6_000)
  const device = phone.server.requests[0]!.sent.device_id
  phone.storage.set('fangcun.user', 'kept')
  phone.tracking.setTrackingConsent(false)
  phone.open('pages/cart/cart')
  phone.server.script = []
  await phone.wait(600_000)
  expect(Array.from(phone.storage.keys())).toEqual(['fangcun.user'])
  expect(phone.server.counted).toEqual([])
  phone.tracking.setTrackingConsent(true)
  await phone.wait(6_000)
  expect(phone.server.requests[phone.server.requests.length - 1]!.sent.device_id).not.toBe(device)
})

it('ends a session after half an hour without an event, and continues it after a quick restart', async () => {
  await phone.start()
  phone.open('pages/home/home')
  await phone.wait(29 * 60_000)
  phone.hide()
  phone.kill()
  await phone.wait(60_000)
  await phone.start()
  await phone.wait(31 * 60_000)
  phone.open('pages/cart/cart')
  await phone.wait(6_000)
  const sessions = phone.server.counted.map(e => e.session_id)
  expect(new Set(sessions).size).toBe(2)
  expect(sessions.slice(0, -1).every(id => id === sessions[0])).toBe(true)
})

it('marks a share as the root of a new tree', async () => {
  await phone.start()
  phone.open('pages-goods/detail/detail')
  const message = phone.tracking.shared({ title: '春笋', path: '/pages-goods/detail/detail?id=7' })
  await phone.wait(6_000)
  const { share_id } = phone.server.counted.find(e => e.name === 'page_shared')!.props
  expect(message).toEqual({ title: '春笋', path: `/pages-goods/detail/detail?id=7&sid=${share_id}&rid=${share_id}` })
  expect(told().pop()).toEqual(['page_shared', 'pages-goods/detail/detail', { share_id, root_id: share_id, channel: 'friend' }])
})

it('hangs a share below the one that brought the visitor', async () => {
  phone.query = { id: '7', sid: 'aaaaaaaaa1', rid: 'aaaaaaaaa0' }
  await phone.start()
  phone.open('pages-goods/detail/detail')
  const message: { title: string, query?: string } = phone.tracking.shared({ title: '春笋', query: 'id=7' })
  await phone.wait(6_000)
  expect(told().find(([name]) => name === 'app_shown')![2]).toEqual({ scene: 1001, version, share_id: 'aaaaaaaaa1', root_id: 'aaaaaaaaa0' })
  const { share_id, ...rest } = phone.server.counted.find(e => e.name === 'page_shared')!.props
  expect(rest).toEqual({ parent_share_id: 'aaaaaaaaa1', root_id: 'aaaaaaaaa0', channel: 'timeline' })
  expect(message.query).toBe(`id=7&sid=${share_id}&rid=aaaaaaaaa0`)
  expect(`sid=${share_id}&rid=aaaaaaaaa0`.length).toBeLessThanOrEqual(32)
})

it('does not believe share ids that it cannot have made', async () => {
  phone.query = { sid: '<script>', rid: 'x' }
  await phone.start()
  await phone.wait(6_000)
  expect(told().find(([name]) => name === 'app_shown')![2]).toEqual({ scene: 1001, version })
})

it('tells where a link or a code leads from', async () => {
  phone.query = { utm_source: 'sms', utm_campaign: 'spring', channel: 'vip', ch: 'other' }
  await phone.start()
  await phone.wait(6_000)
  expect(told().find(([name]) => name === 'app_shown')![2]).toEqual({ scene: 1001, version, channel: 'vip', campaign: 'spring', source: 'sms' })
})

it('reads a mini program code, and leaves alone what is none of ours', async () => {
  phone.query = { scene: encodeURIComponent('ch=poster&cp=s1') }
  await phone.start()
  phone.open('pages/home/home')
  await phone.wait(6_000)
  expect(told().find(([name]) => name === 'app_shown')![2]).toEqual({ scene: 1001, version, channel: 'poster', campaign: 's1' })
  phone.hide()
  phone.query = { scene: encodeURIComponent('sid=aaaaaaaaa1&rid=aaaaaaaaa0') }
  phone.show()
  phone.hide()
  phone.query = { scene: '%E0%A4%A' }
  phone.show()
  await phone.wait(6_000)
  expect(told().filter(([name]) => name === 'app_shown').slice(1).map(([, , props]) => props)).toEqual([
    { scene: 1001, version, share_id: 'aaaaaaaaa1', root_id: 'aaaaaaaaa0' },
    { scene: 1001, version },
  ])
})

const shownProps = () => told().filter(([name]) => name === 'app_shown').map(([, , props]) => props)
const after = (ms: number, source: Record<string, string> | null) => new Promise<typeof source>(answer => setTimeout(answer, ms, source))

it('adds what the link of the visit says to the moment at which the app was shown', async () => {
  phone.linkSource = () => after(2_900, { channel: 'store-1' })
  const shownAt = Date.now()
  await phone.start()
  phone.open('pages/home/home')
  await phone.wait(6_000)
  expect(shownProps()).toEqual([{ scene: 1001, version, channel: 'store-1' }])
  expect(phone.server.counted.find(e => e.name === 'app_shown')!.ts).toBe(shownAt)
})

it('tells that the app was shown without waiting for a link that is not answered, or not known', async () => {
  phone.linkSource = () => after(60_000, { channel: 'late' })
  await phone.start()
  phone.open('pages/home/home')
  await phone.wait(1_000)
  phone.hide()
  await phone.wait(100)
  expect(shownProps()).toEqual([{ scene: 1001, version }])
  phone.linkSource = () => after(10, null)
  phone.show()
  await phone.wait(70_000)
  expect(shownProps()).toEqual([{ scene: 1001, version }, { scene: 1001, version }])
})

it('loses no visit by a link when the app is killed before the answer', async () => {
  phone.linkSource = () => after(2_000, { channel: 'store-1' })
  await phone.start()
  await phone.wait(1_000)
  phone.kill()
  await phone.wait(60_000)
  phone.linkSource = () => null
  await phone.start()
  await phone.wait(6_000)
  expect(shownProps()).toEqual([{ scene: 1001, version }, { scene: 1001, version }])
})

it('keeps the channel of a visit for the moment of consent', async () => {
  phone.linkSource = () => after(0, { channel: 'store-1', campaign: 's1' })
  await phone.start({ consent: false })
  phone.open('pages/home/home')
  await phone.wait(9_000)
  phone.tracking.setTrackingConsent(true)
  await phone.wait(6_000)
  expect(shownProps()).toEqual([{ scene: 1001, version, channel: 'store-1', campaign: 's1' }])
})

it('shares unmarked while there is no consent', async () => {
  await phone.start({ consent: false })
  expect(phone.tracking.shared({ title: '春笋', path: '/a?id=7' })).toEqual({ title: '春笋', path: '/a?id=7' })
})

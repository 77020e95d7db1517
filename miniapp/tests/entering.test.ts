import type { EnterOptions } from '@/tracking'
import { beforeEach, expect, it, vi } from 'vitest'
import { fakePhone, Server } from './phone'

let server: Server
let phone: ReturnType<typeof fakePhone>
let stack: object[]

/** The app starts anew: nothing is remembered but what the storage holds. */
async function start() {
  vi.resetModules()
  vi.stubGlobal('uni', phone)
  const client = await import('@/api/client')
  let token: string | null = null
  client.authenticateWith({ token: () => token, renew: () => Promise.reject(new Error('not logged in')) })
  const entering = await import('@/shared/entering')
  const invitation = await import('@/shared/invitation')
  return { ...entering, ...invitation, logIn: () => token = 'T' }
}

const LINK = { short: 'k7m2p9xw3q', page: 'pages-goods/product/product', query: { id: '7' }, path: '/pages-goods/product/product?id=7', channel: 'store-1', campaign: '春节' }
const scanned: EnterOptions = { path: 'pages/home/home', scene: 1047, query: { scene: LINK.short } }
const invited: EnterOptions = { path: 'pages-grow/invite/invite', query: { code: 'ABCD2345' } }
const TOUCHED = { counted: true, reason: null, text: '首单付款后可得 100 积分', inviter: '小**', reward: null }

beforeEach(() => {
  server = new Server().on(`GET /links/${LINK.short}`, { status: 200, body: LINK })
  phone = fakePhone(server)
  stack = [{}]
  vi.stubGlobal('getCurrentPages', () => stack)
})

it('knows a short id by its letters, as the scene of a code or named in a link', async () => {
  const { shortOf } = await start()
  expect(shortOf({ query: { scene: 'k7m2p9xw3q' } })).toBe('k7m2p9xw3q')
  expect(shortOf({ query: { id: '7', l: 'k7m2p9xw3q' } })).toBe('k7m2p9xw3q')
  expect(shortOf({ query: { k: 'k7m2p9xw3q' } })).toBe('k7m2p9xw3q')
  for (const scene of ['ch%3Dposter', 'k7m2p9xw3', 'k7m2p9xw3q1', 'k7m2p9xwlq', 'k7m2p9xw0q', 'K7M2P9XW3Q'])
    expect(shortOf({ query: { scene } })).toBe(null)
  expect(shortOf({})).toBe(null)
})

it('opens the page of a scanned code once, also when the phone comes back from the pocket', async () => {
  const { enter } = await start()
  await enter(scanned)
  await enter(scanned)
  expect(phone.navigateTo.mock.calls).toEqual([[{ url: '/pages-goods/product/product?id=7' }]])
  stack = [{}]
  await enter(scanned)
  expect(phone.navigateTo).toHaveBeenCalledTimes(2)
  expect(server.times(`GET /links/${LINK.short}`)).toBe(1)
})

it('stays where it is when the link led there already', async () => {
  const { enter } = await start()
  await enter({ path: LINK.page, query: { id: '7', l: LINK.short } })
  expect(phone.navigateTo).not.toHaveBeenCalled()
  await enter({ path: LINK.page, query: { id: '8', l: LINK.short } })
  expect(phone.navigateTo).not.toHaveBeenCalled()
})

it('tells tracking where a link leads from, and asks the server once for both', async () => {
  const { enter, linkSource } = await start()
  const [source] = await Promise.all([linkSource(scanned), enter(scanned)])
  expect(source).toEqual({ channel: 'store-1', campaign: '春节' })
  expect(linkSource({ path: 'pages/home/home', query: {} })).toBe(null)
  expect(server.times(`GET /links/${LINK.short}`)).toBe(1)
  expect(server.asked[0]!.query).toMatch(/^visit=[0-9a-f-]{36}$/)
})

it('stays at home when a link is gone, and asks again for one that could not be reached', async () => {
  server.on(`GET /links/${LINK.short}`, 'offline', { status: 404, body: { code: 'link_not_found', message: '链接已失效' } })
  const { enter, linkSource } = await start()
  await enter(scanned)
  expect(await linkSource(scanned)).toBe(null)
  expect(await linkSource(scanned)).toBe(null)
  expect(phone.navigateTo).not.toHaveBeenCalled()
  expect(server.times(`GET /links/${LINK.short}`)).toBe(2)
})

it('says with the same visit who came, once he has logged in', async () => {
  const app = await start()
  await app.enter(scanned)
  app.logIn()
  app.tellWhoCame()
  await vi.waitFor(() => expect(server.times(`GET /links/${LINK.short}`)).toBe(2))
  expect(server.asked[1]!.query).toBe(server.asked[0]!.query)
  expect(server.asked[1]!.header.Authorization).toBe('Bearer T')
})

it('keeps an invitation until somebody is logged in, and tells it once', async () => {
  server.on('POST /referral/touch', { status: 200, body: TOUCHED })
  const app = await start()
  await app.enter(invited)
  await app.enter({ path: 'pages-grow/invite/invite', query: { code: 'ZZZZ2345' } })
  expect(server.asked).toEqual([])
  app.logIn()
  await Promise.all([app.tellInvitation(), app.tellInvitation()])
  await app.tellInvitation()
  expect(server.asked.map(({ path, body }) => [path, body])).toEqual([['/referral/touch', { code: 'ABCD2345', device: '' }]])
  expect(app.answered.value).toEqual({ code: 'ABCD2345', ...TOUCHED })
})

it('keeps an invitation by a link whose page is that of invitations', async () => {
  server.on(`GET /links/${LINK.short}`, { status: 200, body: { ...LINK, page: 'pages-grow/invite/invite', query: { code: 'ABCD2345' }, path: '/pages-grow/invite/invite?code=ABCD2345', channel: null, campaign: null } })
  server.on('POST /referral/touch', { status: 200, body: TOUCHED })
  const app = await start()
  await app.enter(scanned)
  app.logIn()
  await app.tellInvitation()
  expect(server.times('POST /referral/touch')).toBe(1)
  expect(phone.navigateTo.mock.calls).toEqual([[{ url: '/pages-grow/invite/invite?code=ABCD2345' }]])
  expect(await app.linkSource(scanned)).toEqual({})
})

it('tells an invitation again after no answer, and forgets one that nobody knows', async () => {
  server.on('POST /referral/touch', 'offline', { status: 404, body: { code: 'code_unknown', message: '没有这个邀请码' } })
  const app = await start()
  await app.enter(invited)
  app.logIn()
  await app.tellInvitation()
  await app.tellInvitation()
  await app.tellInvitation()
  expect(server.times('POST /referral/touch')).toBe(2)
})

import { beforeEach, expect, it, vi } from 'vitest'
import { Cancellation } from '@/api/cancellation'
import { api, authenticateWith, fill } from '@/api/client'
import { ApiError } from '@/api/errors'
import { setLocale } from '@/i18n'
import { fakePhone, Server } from './phone'

let server: Server
let token: string | null
const renew = vi.fn()

beforeEach(() => {
  server = new Server()
  vi.stubGlobal('uni', fakePhone(server))
  token = 'old'
  renew.mockReset().mockImplementation(async () => {
    token = 'new'
  })
  authenticateWith({ token: () => token, renew })
})

async function failed(promise: Promise<unknown>): Promise<ApiError> {
  const outcome = await promise.then(() => null, (error: ApiError) => error)
  expect(outcome).toBeInstanceOf(ApiError)
  return outcome!
}

it('fills path and query and leaves out what is empty', () => {
  expect(fill('/products/{product_id}', { path: { product_id: 7 } })).toBe('/products/7')
  expect(fill('/search', { query: { q: '虾 & 蟹', cursor: undefined, limit: null } })).toBe('/search?q=%E8%99%BE%20%26%20%E8%9F%B9')
})

it('names the program and the customer in every request', async () => {
  server.on('GET /cart', { status: 200, body: { lines: [] } })
  await api.get('/cart')
  expect(server.asked[0]!.header).toMatchObject({ 'X-Program': 'wxtest', 'Authorization': 'Bearer old' })
})

it('tells the server in which language the customer reads', async () => {
  server.on('GET /home', { status: 200, body: {} })
  await api.get('/home')
  setLocale('en')
  await api.get('/home')
  setLocale('zh')
  expect(server.asked.map(a => a.header['Accept-Language'])).toEqual(['zh-CN', 'en'])
})

it('logs in first where a login is needed, and nowhere else', async () => {
  token = null
  server.on('GET /home', { status: 200, body: {} }).on('GET /cart', { status: 200, body: {} })
  await api.get('/home')
  expect(renew).not.toHaveBeenCalled()
  expect(server.asked[0]!.header.Authorization).toBeUndefined()
  await api.get('/cart')
  expect(renew).toHaveBeenCalledTimes(1)
  expect(server.asked[1]!.header.Authorization).toBe('Bearer new')
})

it('logs in again once when the token is no longer known, and repeats the call', async () => {
  server.on('GET /orders/{number}'.replace('{number}', '1'), { status: 401, body: { code: 'not_logged_in', message: '请先登录', details: {} } }, { status: 200, body: { number: '1' } })
  expect(await api.get('/orders/{number}', { path: { number: '1' } })).toEqual({ number: '1' })
  expect(renew).toHaveBeenCalledTimes(1)
  expect(server.asked.map(a => a.header.Authorization)).toEqual(['Bearer old', 'Bearer new'])
})

it('does not log in twice when another call has just renewed the token', async () => {
  server.on('GET /cart', new Promise(resolve => setTimeout(() => {
    token = 'renewed by another'
    resolve({ status: 401 })
  })), { status: 200, body: { lines: [] } })
  await api.get('/cart')
  expect(renew).not.toHaveBeenCalled()
  expect(server.asked[1]!.header.Authorization).toBe('Bearer renewed by another')
})

it('gives up after the second refusal instead of asking for ever', async () => {
  server.on('GET /cart', { status: 401, body: { code: 'not_logged_in', message: '请先登录', details: {} } })
  const error = await failed(api.get('/cart'))
  expect([error.kind, error.status, error.code]).toEqual(['rejected', 401, 'not_logged_in'])
  expect(server.times('GET /cart')).toBe(2)
})

it('sends nothing when the customer does not want to log in', async () => {
  token = null
  renew.mockRejectedValue(new ApiError('refused'))
  expect((await failed(api.get('/cart'))).kind).toBe('refused')
  expect(server.asked).toEqual([])
})

it('tells apart offline, slow, broken and refused', async () => {
  server.on('POST /quote', 'offline', 'timeout', { status: 502, body: { code: 'wechat_unavailable', message: '微信暂时不可用', details: {} } }, { status: 409, body: { code: 'out_of_stock', message: '库存不足', details: { lines: [{ sku_id: 3 }] } } })
  const errors = []
  for (let i = 0; i < 4; i++)
    errors.push(await failed(api.post('/quote', { body: {} })))
  expect(errors.map(e => e.kind)).toEqual(['offline', 'timeout', 'server', 'rejected'])
  expect(errors.map(e => e.unanswered)).toEqual([true, true, true, false])
  expect(errors[3]).toMatchObject({ code: 'out_of_stock', message: '库存不足', details: { lines: [{ sku_id: 3 }] } })
})

it('survives an error without a body', async () => {
  server.on('GET /home', { status: 500, body: '<html>' })
  expect((await failed(api.get('/home'))).kind).toBe('server')
})

it('calls off what a closed page waits for, and starts nothing new for it', async () => {
  server.on('GET /home', new Promise(() => {}))
  const page = new Cancellation()
  const waiting = failed(api.get('/home', { cancellation: page }))
  await new Promise(resolve => setTimeout(resolve))
  page.cancel()
  expect((await waiting).kind).toBe('aborted')
  expect((await failed(api.get('/home', { cancellation: page }))).kind).toBe('aborted')
  expect(server.times('GET /home')).toBe(1)
})

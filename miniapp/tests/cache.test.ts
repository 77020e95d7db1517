import type { Phone } from './phone'
import { beforeEach, expect, it, vi } from 'vitest'
import { fakePhone, Server } from './phone'

let server: Server
let phone: Phone
let cached: typeof import('@/api/cache').cached
let clearCache: typeof import('@/api/cache').clearCache
let storage: typeof import('@/storage')

beforeEach(async () => {
  server = new Server()
  phone = fakePhone(server)
  vi.stubGlobal('uni', phone)
  await relaunch()
  storage.allowStorage(true)
})

/** A new start of the app: memory is empty, the device remembers. */
async function relaunch() {
  vi.resetModules()
  storage = await import('@/storage');
  ({ cached, clearCache } = await import('@/api/cache'))
}

async function seen(path: '/home' | '/categories' = '/home') {
  const shown: [unknown, boolean][] = []
  await cached(path, {}, (data, confirmed) => shown.push([data, confirmed]))
  return shown
}

it('shows what it has at once and what the server says afterwards', async () => {
  server.on('GET /home', { status: 200, body: { v: 1 }, header: { ETag: '"1"' } }, { status: 200, body: { v: 2 }, header: { ETag: '"2"' } })
  expect(await seen()).toEqual([[{ v: 1 }, true]])
  expect(await seen()).toEqual([[{ v: 1 }, false], [{ v: 2 }, true]])
})

it('asks with the ETag, and keeps what it has on 304', async () => {
  server.on('GET /home', { status: 200, body: { v: 1 }, header: { etag: '"1"' } }, { status: 304 })
  await seen()
  expect(await seen()).toEqual([[{ v: 1 }, false], [{ v: 1 }, true]])
  expect(server.asked[1]!.header['If-None-Match']).toBe('"1"')
})

it('shows yesterday\'s page when the network is gone, and says so', async () => {
  server.on('GET /home', { status: 200, body: { v: 1 } }, 'offline')
  await seen()
  await relaunch()
  storage.allowStorage(true)
  const shown: unknown[] = []
  await expect(cached('/home', {}, data => shown.push(data))).rejects.toMatchObject({ kind: 'offline' })
  expect(shown).toEqual([{ v: 1 }])
})

it('asks once for what two pages want at the same time', async () => {
  server.on('GET /home', { status: 200, body: { v: 1 } })
  await Promise.all([seen(), seen()])
  expect(server.times('GET /home')).toBe(1)
  await seen()
  expect(server.times('GET /home')).toBe(2)
})

it('forgets a product that left the shop', async () => {
  server.on('GET /products/7', { status: 200, body: { id: 7 } }, { status: 404, body: { code: 'product_gone', message: '', details: {} } })
  const options = { path: { product_id: 7 } }
  await cached('/products/{product_id}', options, () => {})
  await expect(cached('/products/{product_id}', options, () => {})).rejects.toMatchObject({ code: 'product_gone' })
  const shown: unknown[] = []
  await cached('/products/{product_id}', options, data => shown.push(data)).catch(() => {})
  expect(shown).toEqual([])
})

it('keeps the forty newest answers', async () => {
  for (let id = 1; id <= 45; id++) {
    server.on(`GET /products/${id}`, { status: 200, body: { id } })
    await cached('/products/{product_id}', { path: { product_id: id } }, () => {})
  }
  const kept = [...phone.storage.keys()].filter(key => key.startsWith('fangcun.cache./products/'))
  expect(kept).toHaveLength(40)
  expect(kept).not.toContain('fangcun.cache./products/5')
  expect(kept).toContain('fangcun.cache./products/6')
})

it('leaves the rest of the device alone when it is cleared', async () => {
  server.on('GET /home', { status: 200, body: { v: 1 } })
  storage.remember('token', 'secret')
  phone.storage.set('fangcun.tracking.queue', 'events')
  await seen()
  clearCache()
  expect([...phone.storage.keys()]).toEqual(['fangcun.token', 'fangcun.tracking.queue'])
})

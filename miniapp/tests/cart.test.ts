import type { Cart, CartLine } from '@/api/types'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { authenticateWith } from '@/api/client'
import { useCart } from '@/stores/cart'
import { summed } from '@/stores/cart-lines'
import { fakePhone, Server } from './phone'

let server: Server

function line(sku: number, change: Partial<CartLine> = {}): CartLine {
  return { sku_id: sku, product_id: sku, title: `商品${sku}`, sku_title: '', cover: '', price_amount: 1000, price_was: null, quantity: 1, line_amount: 1000, selected: true, stock: 9, status: 'ok', ...change }
}

const answer = (...lines: CartLine[]) => ({ status: 200, body: summed(lines) })

beforeEach(() => {
  server = new Server()
  vi.stubGlobal('uni', fakePhone(server))
  setActivePinia(createPinia())
  authenticateWith({ token: () => 't', renew: () => Promise.reject(new Error('no login here')) })
})

async function cartWith(...lines: CartLine[]) {
  server.on('GET /cart', answer(...lines))
  const cart = useCart()
  await cart.load()
  return cart
}

it('adds up only what is chosen and can be bought', () => {
  const cart: Cart = summed([line(1, { quantity: 2 }), line(2, { selected: false }), line(3, { status: 'gone' })])
  expect([cart.count, cart.selected_count, cart.selected_amount]).toEqual([4, 2, 2000])
  expect(cart.lines[0]!.line_amount).toBe(2000)
})

it('shows a new quantity at once and takes the server\'s word afterwards', async () => {
  const cart = await cartWith(line(1))
  server.on('PUT /cart/lines/1', answer(line(1, { quantity: 3, price_amount: 900 })))
  const sent = cart.setQuantity(1, 3)
  expect([cart.count, cart.cart?.selected_amount]).toEqual([3, 3000])
  await sent
  expect(cart.cart?.selected_amount).toBe(2700)
})

it('sends quick taps as one request', async () => {
  const cart = await cartWith(line(1))
  server.on('PUT /cart/lines/1', answer(line(1, { quantity: 5 })))
  await Promise.all([2, 3, 4, 5].map(quantity => cart.setQuantity(1, quantity)))
  expect(server.asked.filter(a => a.method === 'PUT').map(a => a.body)).toEqual([{ quantity: 5 }])
  expect(cart.count).toBe(5)
})

it('never lets an early answer overwrite a later change', async () => {
  const cart = await cartWith(line(1), line(2))
  server.on('PUT /cart/lines/1', answer(line(1, { selected: false }), line(2)))
  server.on('DELETE /cart/lines/2', answer(line(1, { selected: false })))
  const first = cart.select(1, false)
  const second = cart.remove([2])
  await first
  expect(cart.lines.map(l => [l.sku_id, l.selected])).toEqual([[1, false]])
  await second
  expect(cart.lines.map(l => [l.sku_id, l.selected])).toEqual([[1, false]])
})

it('brings the server\'s cart back when a change is refused', async () => {
  const cart = await cartWith(line(1))
  server.on('PUT /cart/lines/1', { status: 409, body: { code: 'out_of_stock', message: '库存不足', details: {} } })
  await expect(cart.setQuantity(1, 8)).rejects.toMatchObject({ code: 'out_of_stock' })
  expect(cart.lines[0]!.quantity).toBe(1)
})

it('goes on with the next change after a refused one', async () => {
  const cart = await cartWith(line(1), line(2))
  server.on('PUT /cart/lines/1', { status: 409, body: { code: 'out_of_stock', message: '', details: {} } })
  server.on('DELETE /cart/lines/2', answer(line(1)))
  const refused = cart.setQuantity(1, 8).catch(() => 'refused')
  await cart.remove([2])
  expect(await refused).toBe('refused')
  expect(cart.lines).toEqual([line(1)])
})

it('chooses everything that can be bought, and nothing that is gone', async () => {
  const cart = await cartWith(line(1, { selected: false }), line(2, { status: 'gone', selected: false }))
  expect(cart.allSelected).toBe(false)
  server.on('PUT /cart/selection', answer(line(1), line(2, { status: 'gone', selected: false })))
  const sent = cart.selectAll(true)
  expect(cart.lines.map(l => l.selected)).toEqual([true, false])
  expect(cart.allSelected).toBe(true)
  await sent
})

it('knows when the server has heard of everything', async () => {
  const cart = await cartWith(line(1))
  server.on('PUT /cart/lines/1', answer(line(1, { quantity: 2 })))
  cart.setQuantity(1, 2)
  await cart.settled()
  expect(server.times('PUT /cart/lines/1')).toBe(1)
})

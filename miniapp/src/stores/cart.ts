import type { Cart, CartLine } from '@/api/types'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/client'
import { recall, remember } from '@/storage'
import { summed } from './cart-lines'

/**
 * The cart answers at once and is confirmed by the server afterwards. Changes are sent one after another;
 * the server's answer is shown when nothing newer waits to be sent. A refused change brings the server's cart back.
 */
export const useCart = defineStore('cart', () => {
  const cart = ref<Cart | null>(recall<Cart>('cart'))
  const count = computed(() => cart.value?.count ?? 0)
  const lines = computed<CartLine[]>(() => cart.value?.lines ?? [])
  const buyable = computed(() => lines.value.filter(line => line.status !== 'gone'))
  const gone = computed(() => lines.value.filter(line => line.status === 'gone'))
  const allSelected = computed(() => buyable.value.length > 0 && buyable.value.every(line => line.selected))

  let unsent = 0
  let queue: Promise<unknown> = Promise.resolve()
  const wanted = new Map<number, number>()

  function show(next: Cart) {
    cart.value = next
    remember('cart', next)
  }

  async function load() {
    const answer = await api.get('/cart')
    if (unsent === 0)
      show(answer)
  }

  function change(local: ((lines: CartLine[]) => CartLine[]) | null, send: () => Promise<Cart | null>): Promise<void> {
    if (local && cart.value)
      show(summed(local(cart.value.lines)))
    unsent += 1
    const sent = queue.then(send).then(
      (answer) => {
        unsent -= 1
        if (answer && unsent === 0)
          show(answer)
      },
      async (error) => {
        unsent -= 1
        // What we showed did not happen: take the server's word, or keep ours while it cannot be reached.
        if (unsent === 0)
          await load().catch(() => {})
        throw error
      },
    )
    queue = sent.catch(() => {})
    return sent
  }

  const patched = (sku: number, patch: Partial<CartLine>) => (all: CartLine[]) =>
    all.map(line => line.sku_id === sku ? { ...line, ...patch } : line)

  function add(sku: number, quantity: number) {
    return change(null, () => api.post('/cart/lines', { body: { sku_id: sku, quantity } }))
  }

  /** Quick taps on the stepper become one request: only the newest quantity of a line is sent. */
  function setQuantity(sku: number, quantity: number) {
    wanted.set(sku, quantity)
    return change(patched(sku, { quantity }), async () => {
      if (wanted.get(sku) !== quantity)
        return null
      wanted.delete(sku)
      return api.put('/cart/lines/{sku_id}', { path: { sku_id: sku }, body: { quantity } })
    })
  }

  function select(sku: number, selected: boolean) {
    return change(patched(sku, { selected }), () => api.put('/cart/lines/{sku_id}', { path: { sku_id: sku }, body: { selected } }))
  }

  function selectAll(selected: boolean) {
    return change(
      all => all.map(line => line.status === 'gone' ? line : { ...line, selected }),
      () => api.put('/cart/selection', { body: { selected } }),
    )
  }

  function remove(skus: number[]) {
    return change(
      all => all.filter(line => !skus.includes(line.sku_id)),
      async () => {
        let answer: Cart | null = null
        for (const sku of skus)
          answer = await api.delete('/cart/lines/{sku_id}', { path: { sku_id: sku } })
        return answer
      },
    )
  }

  function clear() {
    cart.value = null
    remember('cart', null)
  }

  /** Resolves when the server has heard of every change. */
  const settled = () => queue.then(() => {})

  return { cart, count, lines, buyable, gone, allSelected, load, add, setQuantity, select, selectAll, remove, clear, settled }
})

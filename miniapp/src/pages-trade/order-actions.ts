import type { Order, OrderAction } from '@/api/types'
import { ref } from 'vue'
import { api } from '@/api/client'
import { t } from '@/i18n'
import { payAndShow } from '@/pages-trade/payment'
import { tick } from '@/platform'
import { confirm, done, report } from '@/shared/feedback'
import { open, routes } from '@/shared/routes'
import { useCart } from '@/stores/cart'

/** What a customer can do with an order; `changed` gets the order as it is afterwards. */
export function useOrderActions(changed: (order: Order) => void) {
  const cart = useCart()
  /** The number and action under way. */
  const busy = ref('')

  async function cancel(number: string) {
    const reasons = [t('order.reason_changed_mind'), t('order.reason_wrong'), t('order.reason_address'), t('order.reason_other')]
    const chosen = await new Promise<number>(resolve => uni.showActionSheet({ itemList: reasons, success: ({ tapIndex }) => resolve(tapIndex), fail: () => resolve(-1) }))
    if (chosen < 0)
      return
    changed(await api.post('/orders/{number}/cancel', { path: { number }, body: { reason: reasons[chosen] } }))
    done(t('order.cancelled'))
  }

  async function receive(number: string) {
    if (!await confirm(t('order.confirm_hint'), { title: t('order.confirm_title'), yes: t('order.confirm_yes') }))
      return
    changed(await api.post('/orders/{number}/confirm', { path: { number } }))
    done(t('order.confirmed'))
  }

  /** Puts everything of an old order into the cart again; what cannot be bought any more is named. */
  async function rebuy(order: Order) {
    const missing: string[] = []
    for (const line of order.lines) {
      try {
        await cart.add(line.sku_id, line.quantity)
      }
      catch (error) {
        const failed = error as { kind?: string }
        if (failed.kind !== 'rejected')
          throw error
        missing.push(line.title)
      }
    }
    if (missing.length)
      await confirm(t('order.rebuy_missing', { names: missing.join('、') }), { yes: t('order.see_cart') })
    open(routes.cart())
  }

  async function act(order: Order, action: OrderAction) {
    if (busy.value)
      return
    tick()
    busy.value = `${order.number}:${action}`
    try {
      if (action === 'pay')
        await payAndShow(order.number)
      else if (action === 'cancel')
        await cancel(order.number)
      else if (action === 'confirm')
        await receive(order.number)
      else
        await rebuy(order)
    }
    catch (error) {
      report(error)
      api.get('/orders/{number}', { path: { number: order.number } }).then(changed, () => {
        // The dialog already said that the server cannot be reached.
      })
    }
    finally {
      busy.value = ''
    }
  }

  return { act, busy }
}

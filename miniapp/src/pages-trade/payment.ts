import type { PayOutcome } from '@/platform'
import { api } from '@/api/client'
import { t } from '@/i18n'
import { platform, PlatformUnavailable } from '@/platform'
import { report } from '@/shared/feedback'
import { routes } from '@/shared/routes'
import { track } from '@/tracking'

/** Opens the cashier for an order, then the page that finds out how it ended. */
export async function payAndShow(number: string): Promise<void> {
  let outcome: PayOutcome
  try {
    track('payment_requested', { order_number: number })
    const parameters = await api.post('/orders/{number}/pay', { path: { number } })
    outcome = await platform.pay(parameters)
  }
  catch (error) {
    if (error instanceof PlatformUnavailable)
      uni.showModal({ title: t('pay.unavailable'), content: error.message, showCancel: false, confirmText: t('common.got_it') })
    else
      report(error)
    uni.redirectTo({ url: routes.order(number) })
    return
  }
  if (outcome === 'unavailable') {
    uni.showModal({ title: t('pay.unavailable'), content: t('platform.weixin_only'), showCancel: false, confirmText: t('common.got_it') })
    uni.redirectTo({ url: routes.order(number) })
    return
  }
  if (outcome === 'cancelled')
    track('payment_dismissed', { order_number: number })
  uni.redirectTo({ url: `${routes.result(number)}&outcome=${outcome}` })
}

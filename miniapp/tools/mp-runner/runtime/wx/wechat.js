import { ask } from '../dialogs.js'
import { answer, refuse } from './answer.js'
import { boxed } from './box.js'

/** Login, payment and message consent, played by wechatbox. */
export function wechat(settings) {
  return {
    async login(options) {
      if (!settings.box)
        return answer('login', options, { code: 'code-of-a-stranger' }) // WeChat gives one without asking anybody
      const { ok, answer: given, reason } = await boxed(settings, 'login', {})
      return ok ? answer('login', options, { code: given.code }) : refuse('login', options, reason)
    },
    checkSession: options => answer('checkSession', options),
    async requestPayment(options) {
      const { timeStamp, nonceStr, package: prepay, signType, paySign } = options
      const paid = await ask({ title: '微信支付', content: '向商家付款', buttons: [{ text: '立即支付', value: true }, { text: '取消', value: false }] })
      const { ok, reason } = await boxed(settings, 'cashier', { timeStamp, nonceStr, package: prepay, signType, paySign, outcome: paid ? 'pay' : 'cancel' })
      if (!ok)
        return refuse('requestPayment', options, reason)
      return paid ? answer('requestPayment', options) : refuse('requestPayment', options, 'cancel')
    },
    async requestSubscribeMessage(options) {
      const granted = await ask({ title: '订阅消息', content: `允许发送 ${options.tmplIds.length} 种消息`, buttons: [{ text: '允许', value: 'accept' }, { text: '取消', value: 'reject' }] })
      const { ok, answer: results, reason } = await boxed(settings, 'subscribe', { template_ids: options.tmplIds, answer: granted })
      if (!ok)
        return refuse('requestSubscribeMessage', options, reason, { errCode: 20004 })
      return answer('requestSubscribeMessage', options, results)
    },
    getSetting: options => answer('getSetting', options, { authSetting: {} }),
  }
}

import type { ConsentAnswer, PayOutcome, Platform } from './contract'

interface SubscribeResult { [templateId: string]: string }

export const weixin: Platform = {
  complete: true,
  phoneCode: null,

  login: () => new Promise((resolve, reject) => {
    uni.login({ provider: 'weixin', success: ({ code }) => resolve(code), fail: ({ errMsg }) => reject(new Error(errMsg)) })
  }),

  pay: parameters => new Promise<PayOutcome>((resolve) => {
    uni.requestPayment({
      provider: 'wxpay',
      orderInfo: {},
      ...parameters,
      signType: 'RSA',
      success: () => resolve('paid'),
      fail: ({ errMsg = '' }) => resolve(errMsg.includes('cancel') ? 'cancelled' : 'failed'),
    })
  }),

  subscribe: templates => new Promise((resolve) => {
    uni.requestSubscribeMessage({
      tmplIds: templates.map(template => template.template_id),
      success: (result) => {
        const given = result as unknown as SubscribeResult
        resolve(Object.fromEntries(templates
          .map(({ template_id }) => [template_id, given[template_id]])
          .filter(([, answer]) => ['accept', 'reject', 'ban', 'filter'].includes(answer as string))) as Record<string, ConsentAnswer>)
      },
      // Main switch off, no network, not from a tap: nobody was asked, so there is nothing to record.
      fail: () => resolve({}),
    })
  }),
}

import type { Component } from 'vue'
import type { ConsentAnswer, PayOutcome, Platform } from '../contract'
import type { CashierOutcome, CashierView } from './cashier'
import { createApp } from 'vue'
import { config, configured } from '@/config'
import { t } from '@/i18n'
import { PlatformUnavailable } from '../contract'
import CashierSheet from './cashier-sheet.vue'
import SubscribeSheet from './subscribe-sheet.vue'

const USER = 'fangcun.user'

/** Who holds the demo's phone: named in the address (?user=), else remembered, else 小方. */
function demoUser(): string {
  const found = /[?&]user=([^&#]+)/.exec(location.href)
  return found?.[1] ? decodeURIComponent(found[1]) : localStorage.getItem(USER) ?? '小方'
}

async function box<T>(path: string, body: object): Promise<T> {
  await configured()
  if (!config.boxUrl)
    throw new PlatformUnavailable(t('platform.open_in_weixin'))
  const answer = await uni.request({ url: `${config.boxUrl}/_box/${path}`, method: 'POST', data: body, header: { 'Content-Type': 'application/json' }, timeout: 10_000 })
  if (answer.statusCode >= 400)
    throw new Error(`${path}: HTTP ${answer.statusCode}`)
  return answer.data as T
}

/** Shows a sheet over whatever page is open and waits for the customer's answer. */
function sheet<T>(component: Component, props: object): Promise<T> {
  return new Promise((resolve) => {
    const host = document.body.appendChild(document.createElement('div'))
    const app = createApp(component, {
      ...props,
      onDone: (answer: T) => {
        app.unmount()
        host.remove()
        resolve(answer)
      },
    })
    app.mount(host)
  })
}

/** A browser with the demo's WeChat stand-in behind it; without one, the customer is told to open WeChat. */
export const h5: Platform = {
  complete: true,

  login: async () => (await box<{ code: string }>('login', { appid: config.program, user: demoUser() })).code,

  phoneCode: async () => (await box<{ code: string }>('phone', { appid: config.program, user: demoUser() })).code,

  pay: async (parameters) => {
    const cashier = (outcome: CashierOutcome | 'show') => box<CashierView>('cashier', { appid: config.program, ...parameters, outcome })
    const view = await cashier('show')
    return sheet<PayOutcome>(CashierSheet, { brand: config.brand, view, decide: cashier })
  },

  subscribe: async (templates) => {
    const answer = await sheet<Record<string, ConsentAnswer>>(SubscribeSheet, { brand: config.brand, templates })
    const template_ids = Object.keys(answer)
    const given = await box<Record<string, ConsentAnswer>>('subscribe', { appid: config.program, user: demoUser(), template_ids, answer })
    return Object.fromEntries(template_ids.map(id => [id, given[id] ?? answer[id]!]))
  },
}

import type { Platform } from './contract'
import { t } from '@/i18n'
import { PlatformUnavailable } from './contract'

/** Alipay and Douyin: browsing works; accounts, payment and messages of the shop live in WeChat for now, and we say so. */
export const elsewhere: Platform = {
  complete: false,
  phoneCode: null,
  login: () => Promise.reject(new PlatformUnavailable(t('platform.weixin_only'))),
  pay: () => Promise.resolve('unavailable'),
  subscribe: () => Promise.resolve({}),
}

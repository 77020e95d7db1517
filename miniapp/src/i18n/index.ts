import type { MessageKey } from './zh'
import { ref } from 'vue'
import { recall, remember } from '@/storage'
import { en } from './en'
import { zh } from './zh'

export type Locale = 'zh' | 'en'
export type { MessageKey }

const messages: Record<Locale, Record<MessageKey, string>> = { zh, en }

/** The language of the app's own words; what the shop wrote (product names and so on) stays as written. */
export const locale = ref<Locale>('zh')

export function restoreLocale() {
  locale.value = recall<Locale>('locale') === 'en' ? 'en' : 'zh'
}

export function setLocale(value: Locale) {
  locale.value = value
  remember('locale', value)
}

/** The app's language as HTTP names it, so that what the server says is in it too. */
export function languageTag(): string {
  return locale.value === 'en' ? 'en' : 'zh-CN'
}

/** The words for a key, with {name} replaced by values.name. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return messages[locale.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => name in values ? String(values[name]) : whole)
}

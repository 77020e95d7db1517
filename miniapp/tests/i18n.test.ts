import { expect, it } from 'vitest'
import { setLocale, t } from '@/i18n'
import { en } from '@/i18n/en'
import { zh } from '@/i18n/zh'

const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort()

it('says the same in both languages, with the same blanks', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
  const different = (Object.keys(zh) as (keyof typeof zh)[])
    .filter(key => key !== 'product.ten_thousands' && blanks(zh[key]).join() !== blanks(en[key]).join())
  expect(different).toEqual([])
})

it('fills blanks and leaves unknown ones visible', () => {
  expect(t('product.only_left', { n: 3 })).toBe('仅剩3件')
  expect(t('product.only_left')).toBe('仅剩{n}件')
  setLocale('en')
  expect(t('product.only_left', { n: 3 })).toBe('Only 3 left')
  setLocale('zh')
})

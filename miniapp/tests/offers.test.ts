import type { Quote } from '@/api/types'
import { expect, it } from 'vitest'
import { leading, livePrices } from '@/pages-goods/product/live-price'
import { claimWord, use, validity } from '@/pages-grow/coupons/coupon-words'
import { chanceOf } from '@/pages-grow/flash/flash-line'
import { asked, decided, saved } from '@/pages-trade/checkout/savings'
import { wantedCategory } from '@/shared/routes'

const inHours = (n: number) => new Date(Date.now() + n * 3_600_000 + 5000).toISOString()
const sku = { price_amount: 1000, list_price_amount: 2000, kind: null, label: '', ends_at: null, stock_left: null, per_member: null }
const offers = { coming: [], thresholds: [], coupons: [], group: null, server_time: '' }

it('counts a coupon in days when its end is near', () => {
  const coupon = { status: 'usable' as const, not_yet: false, starts_at: inHours(-1), expires_at: inHours(50) }
  expect(validity(coupon)).toEqual({ text: '2 天后到期', soon: true })
  expect(validity({ ...coupon, expires_at: inHours(5) })).toEqual({ text: '今天到期', soon: true })
  expect(validity({ ...coupon, expires_at: '2099-01-02T03:04:00Z' })).toMatchObject({ soon: false })
  expect(validity({ ...coupon, status: 'used' }).soon).toBe(false)
  expect(validity({ ...coupon, not_yet: true, starts_at: inHours(2) }).text).toContain('起可用')
})

it('leads from a coupon to where it counts', () => {
  use({ product_ids: [7], category_ids: [] })
  expect(uni.navigateTo).toHaveBeenCalledWith({ url: '/pages-goods/product/product?id=7' })
  use({ product_ids: [], category_ids: [3, 4] })
  expect(uni.switchTab).toHaveBeenCalledWith({ url: '/pages/category/category' })
  expect(wantedCategory.value).toBe(3)
  expect(claimWord('gone')).toBe('已领完')
})

it('knows who can buy of a flash sale', () => {
  const line = { stock_left: 5, per_member: 2, mine: 1 }
  expect(chanceOf(line, 'running')).toBe('buy')
  expect(chanceOf({ ...line, mine: 2 }, 'running')).toBe('reached')
  expect(chanceOf({ ...line, per_member: null, mine: 9 }, 'running')).toBe('buy')
  expect(chanceOf({ ...line, stock_left: 0 }, 'running')).toBe('out')
  expect(chanceOf(line, 'next')).toBe('soon')
})

it('shows the price of the moment, else live stock, else the shelf', () => {
  const product = { skus: [{ id: 1, price_amount: 2000 }, { id: 2, price_amount: 3000 }, { id: 3, price_amount: 4000 }] } as never
  const stock = { on_sale: true, skus: [{ id: 2, price_amount: 2900, stock: 1 }] } as never
  const now = { ...offers, skus: [{ ...sku, sku_id: 1, kind: 'flash' as const }] }
  expect([...livePrices(product, stock, now).values()]).toEqual([1000, 2900, 4000])
  expect(leading(now)?.sku_id).toBe(1)
  expect(leading({ ...offers, skus: [{ ...sku, sku_id: 1 }] })).toBeNull()
})

it('asks for the best or the chosen, and orders what was decided', () => {
  const quote = {
    lines: [{ original_price_amount: 2000, price_amount: 1500, quantity: 2 }],
    discount_amount: 300,
    freight_saved_amount: 800,
    coupons: [{ id: 4, chosen: false }, { id: 5, chosen: true }],
    points: { balance: 900, most: 500, most_amount: 500, used: 200, amount: 200 },
  } as unknown as Quote
  expect(asked({ coupon: null, points: true }, quote)).toEqual({ coupon_id: null, points: 900 })
  expect(asked({ coupon: 0, points: false }, quote)).toEqual({ coupon_id: 0, points: null })
  expect(decided(quote)).toEqual({ coupon_id: 5, points: 200 })
  expect(saved(quote)).toBe(2100)
})

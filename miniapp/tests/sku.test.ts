import type { Product, Stock } from '@/api/types'
import { expect, it } from 'vitest'
import { available, firstChoice, skuOf, stockOf } from '@/shared/sku'

const sku = (id: number, ...values: string[]) => ({ id, values, title: values.join(' '), price_amount: 100, market_amount: null, picture: null, weight_g: 0, barcode: '' })
const product: Pick<Product, 'skus'> = { skus: [sku(1, '红', '小'), sku(2, '红', '大'), sku(3, '绿', '大')] }
const stock: Stock = { on_sale: true, skus: [{ id: 1, price_amount: 100, stock: 0 }, { id: 2, price_amount: 100, stock: 5 }, { id: 3, price_amount: 100, stock: 1 }] }

it('finds the SKU of a full choice only', () => {
  expect(skuOf(product, ['红', '大'])?.id).toBe(2)
  expect(skuOf(product, ['绿', '小'])).toBeNull()
  expect(skuOf(product, ['红', undefined])).toBeNull()
})

it('marks values that lead to nothing in stock', () => {
  expect(available(product, stock, ['红', undefined], 1, '小')).toBe(false)
  expect(available(product, stock, ['红', undefined], 1, '大')).toBe(true)
  expect(available(product, stock, ['绿', undefined], 1, '小')).toBe(false)
  expect(available(product, null, ['红', undefined], 1, '小')).toBe(true)
})

it('begins with something that can be bought', () => {
  expect(firstChoice(product, stock)).toEqual(['红', '大'])
  expect(firstChoice(product, null)).toEqual(['红', '小'])
})

it('counts nothing of a product that went off sale', () => {
  expect(stockOf(stock, 2)).toBe(5)
  expect(stockOf({ ...stock, on_sale: false }, 2)).toBe(0)
  expect(stockOf(stock, 99)).toBe(0)
})

import { expect, it } from 'vitest'
import { priceParts, shortYuan, yuan } from '@/shared/money'

it('writes fen as yuan without losing a cent', () => {
  expect([0, 1, 10, 99, 100, 1990, 123456789].map(yuan)).toEqual(['0.00', '0.01', '0.10', '0.99', '1.00', '19.90', '1234567.89'])
})

it('leaves out zeros that say nothing, but never a zero of the amount', () => {
  expect([5900, 1990, 1005, 10000, 0].map(shortYuan)).toEqual(['59', '19.9', '10.05', '100', '0'])
})

it('splits a price into its large and its small part', () => {
  expect(priceParts(1990)).toEqual(['19', '.90'])
  expect(priceParts(5)).toEqual(['0', '.05'])
})

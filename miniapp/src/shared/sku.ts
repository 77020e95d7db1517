import type { Product, Sku, Stock } from '@/api/types'

/** The SKU with exactly these option values, or null while a choice is missing. */
export function skuOf(product: Pick<Product, 'skus'>, chosen: (string | undefined)[]): Sku | null {
  return product.skus.find(sku => sku.values.every((value, i) => value === chosen[i])) ?? null
}

/** Whether a value can still lead to something in stock, given the other choices. Without live stock everything can. */
export function available(product: Pick<Product, 'skus'>, stock: Stock | null, chosen: (string | undefined)[], option: number, value: string): boolean {
  return product.skus.some(sku =>
    sku.values[option] === value
    && sku.values.every((v, i) => i === option || chosen[i] === undefined || chosen[i] === v)
    && (stock === null || stockOf(stock, sku.id) > 0))
}

/** Pieces left of a SKU. */
export function stockOf(stock: Stock, sku: number): number {
  return stock.on_sale ? stock.skus.find(s => s.id === sku)?.stock ?? 0 : 0
}

/** The choice to begin with: the first SKU in stock, else the first. */
export function firstChoice(product: Pick<Product, 'skus'>, stock: Stock | null): string[] {
  const sku = product.skus.find(s => stock === null || stockOf(stock, s.id) > 0) ?? product.skus[0]
  return sku ? [...sku.values] : []
}

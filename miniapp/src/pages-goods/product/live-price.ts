import type { Product, ProductOffers, Stock } from '@/api/types'

export type SkuPrice = ProductOffers['skus'][number]

/** What every SKU costs at this moment, as far as is known: by offer, else by live stock, else as on the shelf. */
export function livePrices(product: Pick<Product, 'skus'>, stock: Stock | null, offers: ProductOffers | null): Map<number, number> {
  return new Map(product.skus.map(sku => [
    sku.id,
    offers?.skus.find(one => one.sku_id === sku.id)?.price_amount ?? stock?.skus.find(one => one.id === sku.id)?.price_amount ?? sku.price_amount,
  ]))
}

/** The lower price that the page leads with: the cheapest of them. */
export function leading(offers: ProductOffers | null): SkuPrice | null {
  return (offers?.skus ?? []).filter(one => one.kind !== null).sort((a, b) => a.price_amount - b.price_amount)[0] ?? null
}

import { t } from '@/i18n'

/** Sales in the words of the language: 已售 128, 已售 1.2万. */
export function sold(sales: number): string {
  const count = sales >= 10_000 ? t('product.ten_thousands', { n: (sales / 10_000).toFixed(1).replace('.0', ''), full: sales }) : String(sales)
  return t('product.sold', { n: count })
}

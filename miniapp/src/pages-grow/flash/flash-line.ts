import type { FlashSale } from '@/api/types'

export type FlashLine = FlashSale['lines'][number]
/** What somebody can do about a line of a flash sale now. */
export type FlashChance = 'buy' | 'soon' | 'out' | 'reached'

/** Whether a line can be bought by this customer, or why not. */
export function chanceOf(line: Pick<FlashLine, 'stock_left' | 'per_member' | 'mine'>, state: FlashSale['state']): FlashChance {
  if (line.stock_left <= 0)
    return 'out'
  if (state === 'next')
    return 'soon'
  return line.per_member !== null && line.mine >= line.per_member ? 'reached' : 'buy'
}

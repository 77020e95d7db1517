import type { Cart, CartLine } from '@/api/types'

/** A cart of these lines with its sums: only selected lines that can be bought count towards the amount. */
export function summed(lines: CartLine[]): Cart {
  const selected = lines.filter(line => line.selected && line.status !== 'gone')
  return {
    lines: lines.map(line => ({ ...line, line_amount: line.quantity * line.price_amount })),
    count: lines.reduce((sum, line) => sum + line.quantity, 0),
    selected_count: selected.reduce((sum, line) => sum + line.quantity, 0),
    selected_amount: selected.reduce((sum, line) => sum + line.quantity * line.price_amount, 0),
  }
}

/** An amount in fen as yuan: 1990 → "19.90". */
export function yuan(fen: number): string {
  return (fen / 100).toFixed(2)
}

/** An amount in fen without needless zeros: 1990 → "19.9", 5900 → "59". */
export function shortYuan(fen: number): string {
  return yuan(fen).replace(/\.?0+$/, '')
}

/** The two parts of a price that are set in different sizes: 1990 → ["19", ".90"]. */
export function priceParts(fen: number): [string, string] {
  const [whole = '0', cents = '00'] = yuan(fen).split('.')
  return [whole, `.${cents}`]
}

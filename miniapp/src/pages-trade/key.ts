/** A random key, 32 hexadecimal characters: names one attempt to place an order. */
export function randomKey(): string {
  return Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join('')
}

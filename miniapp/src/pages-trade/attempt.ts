import { forget, recall, remember } from '@/storage'
import { randomKey } from './key'

interface Attempt { key: string, at: number }

const KEY = 'attempt'
/** An order that nobody paid is closed by then, so an older attempt cannot become a second order. */
const LIFE_MS = 15 * 60_000

/** The key of the order being placed. It stays the same until the server answered, so a repeat can never buy twice. */
export function attemptKey(now = Date.now()): string {
  const kept = recall<Attempt>(KEY)
  if (kept && now - kept.at < LIFE_MS)
    return kept.key
  const fresh = { key: randomKey(), at: now }
  remember(KEY, fresh)
  return fresh.key
}

/** The server answered: the next order is another one. */
export function attemptAnswered() {
  forget(KEY)
}

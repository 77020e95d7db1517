import { markOf } from './delivery'

/** What of a failure is told: its kind, and a mark that is the same for the same failure on every phone. */
export interface Failure { kind: string, digest: string }

/** The network's failures are the network's, and a refused login is a wish. */
const EXPECTED = /^(?:offline|timeout|aborted|refused)$/
/** Quotations, addresses and numbers. */
const OF_SOMEBODY = /["'`“][^"'`”\n]*["'`”]|\w+:\/\/[^\s)]+|\d+/g

/**
 * What is told of what was thrown; null when nothing of the code has failed. Words of an error may quote what somebody
 * typed, so they never leave the phone: only a hash of them does, with all that may be somebody's left out.
 */
export function failureOf(thrown: unknown): Failure | null {
  const error = new Object(thrown) as { kind?: string, stack?: string, message?: string }
  if (EXPECTED.test(error.kind ?? ''))
    return null
  // WeChat hands over a text that begins with its own word for it.
  const text = String(error.stack || error.message || thrown).slice(0, 500)
  const [kind] = /\b[A-Z]\w*Error\b/.exec(text) ?? ['Error']
  return { kind, digest: markOf(text.replace(OF_SOMEBODY, '_')) }
}

import { recall, remember } from '@/storage'

const KEY = 'searches'
const KEPT = 12

/** What was searched for on this phone, newest first. */
export function searches(): string[] {
  return recall<string[]>(KEY) ?? []
}

export function noteSearch(words: string): string[] {
  const all = [words, ...searches().filter(old => old !== words)].slice(0, KEPT)
  remember(KEY, all)
  return all
}

export function forgetSearches(): string[] {
  remember(KEY, [])
  return []
}

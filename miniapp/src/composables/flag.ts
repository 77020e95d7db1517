import type { ComputedRef } from 'vue'
import { computed } from 'vue'
import { useFlags } from '@/stores/flags'

/**
 * Whether a feature is on, as the shop's console says; `fallback` while it is not known or the console has no such
 * flag. It may change while a page is open: an emergency stop is meant to.
 */
export function useFlag(key: string, fallback: boolean): ComputedRef<boolean> {
  const store = useFlags()
  return computed(() => store.flags[key] ?? fallback)
}

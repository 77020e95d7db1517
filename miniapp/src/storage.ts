/**
 * What the phone remembers between visits. Until the customer agreed to the privacy policy nothing is
 * written to the device: values live in memory and are written out at the moment of consent.
 */
const PREFIX = 'fangcun.'
const memory = new Map<string, unknown>()
let allowed = false

/** The remembered value, or null. */
export function recall<T>(key: string): T | null {
  if (memory.has(key))
    return memory.get(key) as T
  const value = uni.getStorageSync(PREFIX + key)
  return value === '' || value === undefined ? null : value as T
}

export function remember(key: string, value: unknown) {
  memory.set(key, value)
  if (allowed)
    persist(key, value)
}

export function forget(key: string) {
  memory.delete(key)
  uni.removeStorageSync(PREFIX + key)
}

/** Opens or shuts writing to the device. Shutting erases everything this module wrote. */
export function allowStorage(yes: boolean) {
  allowed = yes
  if (yes) {
    memory.forEach((value, key) => persist(key, value))
    return
  }
  for (const key of ownKeys())
    uni.removeStorageSync(PREFIX + key)
}

/** The keys on the device that begin with `part` (the tracking client keeps its own, they are left out). */
export function ownKeys(part = ''): string[] {
  return uni.getStorageInfoSync().keys.filter(key => key.startsWith(PREFIX + part) && !key.startsWith(`${PREFIX}tracking.`)).map(key => key.slice(PREFIX.length))
}

/** Forgets every key that begins with `part`, on the device and in memory. */
export function forgetAll(part: string) {
  for (const key of [...ownKeys(part), ...[...memory.keys()].filter(key => key.startsWith(part))])
    forget(key)
}

function persist(key: string, value: unknown) {
  try {
    uni.setStorageSync(PREFIX + key, value)
  }
  catch {
    // The device is full: the value stays in memory for this visit.
  }
}

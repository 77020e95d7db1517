/** Everything of the tracking client in the phone's storage begins with this. */
const PREFIX = 'fangcun.tracking.'

/** Reads what `write` stored; `null` when there is nothing or it is damaged. */
export function read<T>(key: string): T | null {
  try {
    const text: unknown = uni.getStorageSync(PREFIX + key)
    return typeof text === 'string' && text ? JSON.parse(text) as T : null
  }
  catch {
    return null
  }
}

/** False when the phone's storage is full: the caller keeps the value in memory. */
export function write(key: string, value: unknown): boolean {
  try {
    uni.setStorageSync(PREFIX + key, JSON.stringify(value))
    return true
  }
  catch {
    return false
  }
}

export function erase(key: string): void {
  try {
    uni.removeStorageSync(PREFIX + key)
  }
  catch {
    write(key, null)
  }
}

/** The stored keys, without the prefix. */
export function keys(): string[] {
  try {
    return uni.getStorageInfoSync().keys.filter(key => key.startsWith(PREFIX)).map(key => key.slice(PREFIX.length))
  }
  catch {
    return []
  }
}

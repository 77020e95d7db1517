/** The channel between a page and the one that it opened, as navigateTo and getOpenerEventChannel give it. */
export function channel(events = {}) {
  const listeners = new Map(Object.entries(events ?? {}).map(([name, listener]) => [name, [listener]]))
  const add = (name, listener) => listeners.set(name, [...listeners.get(name) ?? [], listener])
  const off = (name, listener) => listeners.set(name, listener ? (listeners.get(name) ?? []).filter(one => one !== listener) : [])
  return {
    on: add,
    off,
    once: (name, listener) => add(name, function once(...values) {
      off(name, once)
      listener(...values)
    }),
    emit: (name, ...values) => (listeners.get(name) ?? []).forEach(listener => listener(...values)),
  }
}

/** The version of this mini program, as its build said. */
export const VERSION = import.meta.env.VITE_VERSION || '0.0.0-dev'

let cohort = ''

/** What this phone tells of itself: its version, and the feature that is being rolled out to it within that version. */
export function version(): string {
  return cohort ? `${VERSION}+${cohort}` : VERSION
}

/** The server says that a feature is being watched on this phone; "" is none. */
export function watchedBy(feature: string) {
  cohort = feature
}

const two = (n: number) => String(n).padStart(2, '0')

/** Seconds left as a clock: 65 → "01:05"; never below zero. */
export function clock(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds))
  return `${two(Math.floor(left / 60))}:${two(left % 60)}`
}

/** Seconds left as a clock with hours and, from a day on, days: 90061 → { days: 1, clock: "01:01:01" }. */
export function longClock(seconds: number): { days: number, clock: string } {
  const left = Math.max(0, Math.floor(seconds))
  return { days: Math.floor(left / 86_400), clock: `${two(Math.floor(left % 86_400 / 3600))}:${clock(left % 3600)}` }
}

/** A moment in the phone's own time zone: "2026-11-03 09:05". */
export function moment(iso: string): string {
  const d = new Date(iso)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`
}

let ahead = 0

/** Learns how far the server's clock is from the phone's, from an answer's Date header. */
export function learnServerTime(dateHeader: string | undefined, now = Date.now()) {
  const server = dateHeader ? Date.parse(dateHeader) : Number.NaN
  // The header has whole seconds only: smaller differences are noise.
  if (!Number.isNaN(server))
    ahead = Math.abs(server - now) < 2000 ? 0 : server - now
}

/** Seconds from now, by the server's clock, to a moment; 0 when it has passed. */
export function secondsUntil(iso: string, now = Date.now()): number {
  return Math.max(0, Math.round((Date.parse(iso) - now - ahead) / 1000))
}

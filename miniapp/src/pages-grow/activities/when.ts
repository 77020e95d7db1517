import { moment } from '@/shared/time'

/** From when until when, the day told once when both are on it: "2026-11-28 14:00–16:00". */
export function span(starts: string, ends: string): string {
  const from = moment(starts)
  const until = moment(ends)
  return from.slice(0, 10) === until.slice(0, 10) ? `${from}–${until.slice(11)}` : `${from} – ${until}`
}

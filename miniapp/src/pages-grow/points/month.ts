/** Empty places before the first day of a month ("2026-11-01"), in a week that begins on Monday. */
export function blanksBefore(first: string): number {
  const [year = 0, month = 1, day = 1] = first.split('-').map(Number)
  return (new Date(year, month - 1, day).getDay() + 6) % 7
}

/** The month so many months later: "2026-12" and 1 → "2027-01". */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const months = year * 12 + number - 1 + by
  return `${Math.floor(months / 12)}-${String(months % 12 + 1).padStart(2, '0')}`
}

/** The next goal of a run: how many days it still takes and what it brings; null when there is none ahead. */
export function nextMilestone(streak: number, milestones: { days: number, points: number }[]): { days: number, points: number } | null {
  const next = milestones.find(one => one.days > streak)
  return next ? { days: next.days - streak, points: next.points } : null
}

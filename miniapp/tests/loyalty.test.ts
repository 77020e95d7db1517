import { expect, it } from 'vitest'
import { span } from '@/pages-grow/activities/when'
import { blanksBefore, monthAfter, nextMilestone } from '@/pages-grow/points/month'

it('begins the week on Monday', () => {
  expect(blanksBefore('2026-06-01')).toBe(0)
  expect(blanksBefore('2026-11-01')).toBe(6)
  expect(blanksBefore('2026-12-01')).toBe(1)
})

it('turns months over the end of a year, both ways', () => {
  expect(monthAfter('2026-12', 1)).toBe('2027-01')
  expect(monthAfter('2026-01', -1)).toBe('2025-12')
  expect(monthAfter('2026-11', -1)).toBe('2026-10')
})

it('looks for the next goal of a run beyond the day it is at', () => {
  const goals = [{ days: 7, points: 20 }, { days: 30, points: 100 }]
  expect(nextMilestone(0, goals)).toEqual({ days: 7, points: 20 })
  expect(nextMilestone(7, goals)).toEqual({ days: 23, points: 100 })
  expect(nextMilestone(30, goals)).toBe(null)
})

it('names a day once when something begins and ends on it', () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString()
  expect(span(at(28, 14), at(28, 16))).toBe('2026-11-28 14:00–16:00')
  expect(span(at(28, 14), at(29, 9))).toBe('2026-11-28 14:00 – 2026-11-29 09:00')
})

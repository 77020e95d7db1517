// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { failureOf } from '@/tracking/failure'
import { FakePhone } from './tracking-phone'

beforeEach(() => vi.useFakeTimers({ now: 1_763_000_000_000 }))
afterEach(() => vi.useRealTimers())

const thrown = (message: string) => Object.assign(new Error(message), { stack: `TypeError: ${message}\n at page.js:10:7` })

it('tells the same failure by the same mark, and says nothing of what was typed', () => {
  const one = failureOf(thrown('cannot read "王小明" of order 2026112600017'))!
  expect(one).toEqual(failureOf(thrown('cannot read "李雷" of order 9')))
  expect(one.kind).toBe('TypeError')
  expect(one.digest).toMatch(/^[0-9a-z]{1,7}$/)
  expect(failureOf(thrown('cannot write'))!.digest).not.toBe(one.digest)
})

it('reads what WeChat hands over as text, and what is no error at all', () => {
  expect(failureOf('MiniProgramError\nReferenceError: x is not defined')!.kind).toBe('MiniProgramError')
  expect(failureOf(undefined)!.kind).toBe('Error')
})

it('is silent about a network that is away', () => {
  expect(failureOf({ kind: 'offline', message: '' })).toBeNull()
  expect(failureOf({ kind: 'server', message: 'broken' })).not.toBeNull()
})

it('records each failure once a session and five at most, with version and page', async () => {
  const phone = new FakePhone()
  await phone.start()
  phone.open('pages/home/home')
  for (const name of ['a', 'a', 'b', 'c', 'd', 'e', 'f', 'g'])
    phone.tracking.trackFailure(thrown(name))
  await phone.wait(6_000)
  const failures = phone.server.counted.filter(event => event.name === 'app_failed')
  expect(failures.length).toBe(5)
  expect(failures[0]).toMatchObject({ page: 'pages/home/home', props: { kind: 'TypeError', version: '0.0.0-dev' } })
  expect(phone.server.requests[0]!.header['X-Version']).toBe('0.0.0-dev')
})

it('records nothing before consent', async () => {
  const phone = new FakePhone()
  await phone.start({ consent: false })
  phone.tracking.trackFailure(thrown('a'))
  await phone.wait(6_000)
  expect(phone.server.counted).toEqual([])
})

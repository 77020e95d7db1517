// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FakePhone } from './tracking-phone'

let phone: FakePhone

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime('2026-03-01T08:00:00Z')
  phone = new FakePhone()
})

afterEach(() => {
  vi.useRealTimers()
})

const exposures = () => phone.server.counted.filter(event => event.name === 'experiment_exposed')

it('says once a session which variant was seen, with the page it was seen on', async () => {
  await phone.start()
  phone.open('pages/home/home')
  phone.tracking.trackExposure('layout', 'grid')
  phone.tracking.trackExposure('layout', 'grid')
  phone.tracking.trackExposure('other', 'control')
  await phone.wait(31 * 60_000)
  phone.tracking.trackExposure('layout', 'grid')
  await phone.wait(10_000)
  expect(exposures().map(({ page, props }) => [page, props])).toEqual([
    ['pages/home/home', { experiment: 'layout', variant: 'grid' }],
    ['pages/home/home', { experiment: 'other', variant: 'control' }],
    ['pages/home/home', { experiment: 'layout', variant: 'grid' }],
  ])
})

it('tells the id under which events travel, and none without consent', async () => {
  await phone.start()
  phone.tracking.trackExposure('layout', 'grid')
  await phone.wait(10_000)
  expect(phone.tracking.deviceId()).toBe(phone.server.requests[0]!.sent.device_id)
  await phone.start({ consent: false })
  phone.tracking.trackExposure('layout', 'grid')
  await phone.wait(10_000)
  expect(phone.tracking.deviceId()).toBeNull()
  expect(exposures()).toHaveLength(1)
})

// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FakePhone } from './tracking-phone'

let phone: FakePhone

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T08:00:00Z') })
  phone = new FakePhone()
})

afterEach(() => {
  expect(phone.server.broken).toEqual([])
  vi.useRealTimers()
})

function view(from: number, to: number) {
  for (let product_id = from; product_id <= to; product_id++)
    phone.tracking.track('goods_viewed', { product_id, price_amount: 100 * product_id })
}

const counted = () => phone.server.counted.filter(e => e.name === 'goods_viewed').map(e => e.props.product_id)

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const queued = () => Array.from(phone.storage.keys()).filter(k => k.startsWith('fangcun.tracking.batch.'))

it('sends a batch of twenty at once and a smaller one after five seconds', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.server.requests = []
  view(1, 23)
  await phone.wait(100)
  expect(counted()).toEqual(range(1, 20))
  await phone.wait(5_000)
  expect(counted()).toEqual(range(1, 23))
  expect(phone.server.requests.map(r => r.sent.events.length)).toEqual([20, 3])
  expect(queued()).toEqual([])
})

it('names the program and the device, and the login only when there is one', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.token = 'token-a'
  view(1, 1)
  await phone.wait(6_000)
  const [anonymous, known] = phone.server.requests
  expect(anonymous!.header).toMatchObject({ 'X-Program': 'wx01', 'Content-Type': 'application/json' })
  expect(anonymous!.header.Authorization).toBeUndefined()
  expect(known!.header.Authorization).toBe('Bearer token-a')
  expect(known!.sent.device_id).toBe(anonymous!.sent.device_id)
  expect(known!.sent.device_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

it('keeps everything while the server fails and delivers it once when it is back', async () => {
  await phone.start()
  phone.server.script = Array.from({ length: 4 }, () => () => ({ status: 500 }))
  view(1, 50)
  await phone.wait(3_000)
  expect(counted()).toEqual([])
  await phone.wait(120_000)
  expect(counted()).toEqual(range(1, 50))
  expect(queued()).toEqual([])
})

it('waits longer after each failure, never less than half of the doubled time and never more than five minutes', async () => {
  await phone.start()
  const times: number[] = []
  phone.server.script = Array.from({ length: 14 }, () => () => {
    times.push(Date.now())
    return { status: 503 }
  })
  await phone.wait(3_600_000)
  const gaps = times.slice(1).map((t, i) => t - times[i]! - 10)
  expect(gaps).toHaveLength(13)
  gaps.forEach((gap, i) => {
    const longest = Math.min(2_000 * 2 ** i, 300_000)
    expect(gap).toBeGreaterThanOrEqual(longest / 2)
    expect(gap).toBeLessThanOrEqual(longest + 1)
  })
  expect(new Set(gaps.slice(8)).size).toBeGreaterThan(1)
})

it('obeys Retry-After', async () => {
  await phone.start()
  phone.server.script = [() => ({ status: 429, header: { 'Retry-After': '60' } })]
  view(1, 1)
  await phone.wait(60_000)
  expect(phone.server.requests).toHaveLength(1)
  await phone.wait(6_000)
  expect(counted()).toEqual([1])
})

it('sends at once when the network is back', async () => {
  await phone.start()
  phone.server.script = Array.from({ length: 20 }, () => () => 'offline')
  view(1, 45)
  await phone.wait(600_000)
  phone.server.script = []
  expect(counted()).toEqual([])
  phone.reconnect()
  await phone.wait(200)
  expect(counted()).toEqual(range(1, 45))
})

it('lets what is recorded while it waits travel together', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.server.script = Array.from({ length: 20 }, () => () => 'offline')
  for (let n = 1; n <= 15; n++) {
    view(n, n)
    await phone.wait(10_000)
  }
  phone.server.script = []
  phone.server.requests = []
  phone.reconnect()
  await phone.wait(1_000)
  expect(counted()).toEqual(range(1, 15))
  expect(phone.server.requests.length).toBeLessThan(8)
})

it('sends a batch whose answer was lost again under the same id', async () => {
  await phone.start()
  phone.server.script = [() => 'lost answer']
  view(1, 20)
  await phone.wait(20_000)
  expect(counted()).toEqual(range(1, 20))
  expect(phone.server.requests[1]!.sent.batch_id).toBe(phone.server.requests[0]!.sent.batch_id)
  expect(queued()).toEqual([])
})

it('lets nothing into a batch that is on its way', async () => {
  await phone.start()
  phone.server.script = [() => 'lost answer']
  view(1, 3)
  await phone.wait(5_005)
  view(4, 4)
  await phone.wait(30_000)
  expect(counted()).toEqual([1, 2, 3, 4])
  expect(phone.server.requests[1]!.sent.events).toEqual(phone.server.requests[0]!.sent.events)
})

it('delivers after a kill what was recorded before it', async () => {
  phone.server.script = Array.from({ length: 100 }, () => () => 'offline')
  await phone.start()
  view(1, 33)
  phone.kill()
  phone.server.script = []
  await phone.start()
  await phone.wait(40_000)
  expect(counted().sort((a, b) => Number(a) - Number(b))).toEqual(range(1, 33))
  expect(queued()).toEqual([])
})

it('counts nothing twice when it is killed between sending and the answer, again and again', async () => {
  for (let run = 0; run < 5; run++) {
    phone.server.script = [() => run % 2 ? 'never' : 'lost answer']
    await phone.start()
    view(run * 20 + 1, run * 20 + 20)
    await phone.wait(5)
    phone.kill()
  }
  phone.server.script = []
  await phone.start()
  await phone.wait(60_000)
  expect(counted().sort((a, b) => Number(a) - Number(b))).toEqual(range(1, 100))
})

it('does not touch the open batch of a second window', async () => {
  await phone.start()
  const first = phone.tracking
  await phone.wait(6_000)
  first.track('goods_viewed', { product_id: 1, price_amount: 1 })
  await phone.start()
  await phone.wait(1_000)
  first.track('goods_viewed', { product_id: 2, price_amount: 1 })
  await phone.wait(60_000)
  expect(counted()).toEqual([1, 2])
})

it('halves a batch the server finds too large, down to the one event that will never fit', async () => {
  await phone.start()
  await phone.wait(6_000)
  const tooLarge = (sent: { events: { props: Record<string, unknown> }[] }) =>
    sent.events.some(e => e.props.product_id === 13) ? { status: 413, body: { code: 'batch_too_large' } } : undefined!
  phone.server.script = Array.from({ length: 40 }, () => tooLarge)
  view(1, 20)
  await phone.wait(10_000)
  expect(counted().sort((a, b) => Number(a) - Number(b))).toEqual(range(1, 20).filter(n => n !== 13))
  expect(queued()).toEqual([])
  const report = phone.server.counted.find(e => e.name === 'events_dropped')!
  expect(report.props).toEqual({ dropped: 0, parked: 1, codes: { batch_too_large: 1 } })
})

it('parks what the server refuses, keeps the rest, and reports the number', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.server.script = [sent => ({
    status: 200,
    body: {
      accepted: sent.events.slice(1).map(e => e.id),
      rejected: [{ id: sent.events[0]!.id, code: 'server_fact', message: '…' }],
      duplicate: false,
    },
  })]
  view(1, 20)
  await phone.wait(10_000)
  const requests = phone.server.requests.slice(1).map(r => r.sent.events.map(e => e.name))
  expect(requests).toEqual([Array.from({ length: 20 }, () => 'goods_viewed'), ['events_dropped']])
  const parked = JSON.parse(phone.storage.get('fangcun.tracking.parked')!)
  expect(parked.map((p: { code: string, event: { props: object } }) => [p.code, p.event.props])).toEqual([['server_fact', { product_id: 1, price_amount: 100 }]])
})

it('parks a whole batch the server calls malformed and goes on with the next', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.server.script = [() => ({ status: 422, body: { code: 'malformed' } })]
  view(1, 40)
  await phone.wait(10_000)
  expect(counted()).toEqual(range(21, 40))
  expect(phone.server.counted.find(e => e.name === 'events_dropped')!.props).toEqual({ dropped: 0, parked: 20, codes: { malformed: 20 } })
})

it('asks again for events the server did not name and parks them after the third time', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.server.script = Array.from({ length: 3 }, () => () => ({ status: 200, body: { accepted: [], rejected: [] } }))
  view(1, 1)
  await phone.wait(30_000)
  const asked = phone.server.requests.slice(1, 4).map(r => r.sent.batch_id)
  expect(new Set(asked).size).toBe(3)
  expect(phone.server.counted.find(e => e.name === 'events_dropped')!.props).toEqual({ dropped: 0, parked: 1, codes: { unanswered: 1 } })
  expect(queued()).toEqual([])
})

it('does not take a page of some proxy for the server\'s word', async () => {
  await phone.start()
  phone.server.script = [() => ({ status: 200, body: '<html>welcome to the hotel</html>' })]
  view(1, 3)
  await phone.wait(30_000)
  expect(counted()).toEqual([1, 2, 3])
})

it('goes on without the login when the token has expired', async () => {
  phone.token = 'expired'
  await phone.start()
  phone.server.script = [() => ({ status: 401, body: { code: 'not_logged_in' } })]
  view(1, 2)
  await phone.wait(6_000)
  expect(counted()).toEqual([1, 2])
  expect(phone.server.requests.map(r => r.header.Authorization)).toEqual(['Bearer expired', undefined])
})

it('never sends what one person did with the login of another', async () => {
  phone.token = 'token-a'
  await phone.start()
  phone.server.script = [() => 'offline']
  view(1, 3)
  await phone.wait(5_500)
  phone.token = 'token-b'
  view(4, 4)
  await phone.wait(20_000)
  const logins = phone.server.requests.slice(1).map(r => [r.header.Authorization, r.sent.events.filter(e => e.name === 'goods_viewed').map(e => e.props.product_id)])
  expect(logins).toEqual([[undefined, [1, 2, 3]], ['Bearer token-b', [4]]])
})

it('waits with sending until the address is known', async () => {
  await phone.start({ endpoint: '' })
  view(1, 30)
  await phone.wait(60_000)
  expect(phone.server.requests).toEqual([])
  phone.kill()
  await phone.start()
  await phone.wait(60_000)
  expect(counted().sort((a, b) => Number(a) - Number(b))).toEqual(range(1, 30))
})

it('delivers from memory what the full storage did not take', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.capacity = 1_500
  phone.server.script = Array.from({ length: 3 }, () => () => 'offline')
  view(1, 60)
  await phone.wait(60_000)
  expect(counted()).toEqual(range(1, 60))
  expect(queued()).toEqual([])
})

it('stores what the full storage refused as soon as there is room', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.capacity = 500
  phone.server.script = [() => 'offline']
  view(1, 40)
  await phone.wait(100)
  expect(queued()).toEqual([])
  phone.capacity = Number.POSITIVE_INFINITY
  phone.server.script = [() => undefined!, () => 'offline']
  phone.reconnect()
  await phone.wait(100)
  expect(counted()).toEqual(range(1, 20))
  phone.kill()
  await phone.start()
  await phone.wait(60_000)
  expect(counted()).toEqual(range(1, 40))
})

it('makes room by dropping the oldest events, and says how many', async () => {
  await phone.start()
  await phone.wait(6_000)
  phone.server.script = Array.from({ length: 1_000 }, () => () => 'offline')
  view(1, 1_500)
  await phone.wait(1_000)
  const stored = queued().reduce((sum, key) => sum + JSON.parse(phone.storage.get(key)!).events.length, 0)
  expect(stored).toBeLessThanOrEqual(1_000)
  phone.server.script = []
  phone.reconnect()
  await phone.wait(20_000)
  const dropped = phone.server.counted.filter(e => e.name === 'events_dropped').reduce((sum, e) => sum + Number(e.props.dropped), 0)
  expect(counted().length + dropped).toBe(1_500)
  expect(dropped).toBeGreaterThanOrEqual(500)
  expect(counted().slice(-20)).toEqual(range(1_481, 1_500))
})

it('keeps its bytes within the limit too', async () => {
  await phone.start()
  phone.server.script = Array.from({ length: 1_000 }, () => () => 'offline')
  for (let i = 0; i < 700; i++) phone.tracking.track('goods_searched', { query: '春'.repeat(500), results: i })
  const bytes = queued().reduce((sum, key) => sum + new TextEncoder().encode(phone.storage.get(key)).length, 0)
  expect(bytes).toBeLessThan(320_000)
  expect(bytes).toBeGreaterThan(200_000)
})

it('learns the server\'s clock and sends a batch in one time only', async () => {
  vi.setSystemTime(new Date('2020-01-01T00:00:00Z'))
  const ahead = Date.parse('2026-11-20T08:00:00Z') - Date.now()
  const truth = () => new Date(Date.now() + ahead).toUTCString()
  await phone.start()
  phone.server.script = [sent => ({ status: 200, header: { date: truth() }, body: { accepted: sent.events.map(e => e.id), rejected: [] } })]
  await phone.wait(6_000)
  view(1, 1)
  await phone.wait(6_000)
  const [first, second] = phone.server.requests
  expect(new Date(first!.sent.sent_at).getUTCFullYear()).toBe(2020)
  expect(first!.sent.sent_at - first!.sent.events[0]!.ts).toBe(5_000)
  expect(Math.abs(second!.sent.events[0]!.ts - Date.parse('2026-11-20T08:00:06Z'))).toBeLessThan(2_000)
  expect(second!.sent.sent_at - second!.sent.events[0]!.ts).toBe(5_000)
})

it('never tells a time before the one it told last, also when the phone\'s clock is set back', async () => {
  await phone.start()
  view(1, 1)
  vi.setSystemTime(new Date('2026-11-20T07:00:00Z'))
  view(2, 2)
  await phone.wait(1_000)
  view(3, 3)
  await phone.wait(6_000)
  const times = phone.server.counted.filter(e => e.name === 'goods_viewed').map(e => e.ts)
  expect(times[1]! - times[0]!).toBe(0)
  expect(times[2]! - times[1]!).toBe(1_000)
})

import type { Destination } from './delivery'
import type { Props, TrackedEvent } from './events'
import { version } from '../version'
import { Clock } from './clock'
import { Delivery, markOf } from './delivery'
import { uuid } from './events'
import { failureOf } from './failure'
import { BATCH_EVENTS, Queue } from './queue'
import { erase, keys, read, write } from './store'

interface Meta {
  device_id: string
  session: { id: string, at: number }
  offset: number
  /** Events that had to make room, and those the server refused, since the last `events_dropped`. */
  dropped: number
  refused: Record<string, number>
}

interface Parked { event: TrackedEvent, code: string }

const FLUSH_MS = 5_000
const IDLE_MS = 30 * 60_000
const SECOND_LOOK_MS = 31_000
const PARKED_EVENTS = 50
const TEXT_LENGTH = 200
/** Of a session. A page that fails with every frame must not send with every frame. */
const MOST_FAILURES = 5

/** Records events and delivers them. It exists only while the person agrees. */
export class Tracker {
  readonly clock = new Clock()
  private queue = new Queue(events => this.lost(events))
  private meta: Meta
  private delivery: Delivery
  private timer: ReturnType<typeof setTimeout> | undefined
  private secondLook: ReturnType<typeof setTimeout>
  private exposed = new Set<string>()
  private failed = new Set<string>()

  constructor(private to: Destination) {
    this.meta = read<Meta>('meta')
      ?? { device_id: uuid(), session: { id: uuid(), at: 0 }, offset: 0, dropped: 0, refused: {} }
    this.clock.offset = this.meta.offset
    this.saveMeta()
    this.delivery = new Delivery(this.queue, this.clock, this.meta.device_id, to, {
      refused: parked => this.refused(parked),
      delivered: () => this.report(),
      clockCorrected: () => {
        this.meta.offset = this.clock.offset
        this.saveMeta()
      },
    })
    this.adopt()
    this.secondLook = setTimeout(() => this.adopt(), SECOND_LOOK_MS)
  }

  /** Queues one event; the phone's storage has it when this returns, unless that is full. */
  record(name: string, page: string, props: Props, ts = this.clock.now()): TrackedEvent {
    const event = { id: uuid(), name, ts, session_id: this.session(ts), page, props: shortened(props) }
    const waiting = this.queue.add(event, markOf(this.to.token()), this.clock.offset)
    if (waiting >= BATCH_EVENTS)
      this.flush()
    else
      this.timer ??= setTimeout(() => this.flush(), FLUSH_MS)
    return event
  }

  /** Adds to a queued event what is known only now; when it has been sent, it stays as it was. */
  amend(event: TrackedEvent, more: Props): void {
    this.queue.amend(event, shortened(more))
  }

  /** The id under which this phone's events travel. */
  get deviceId(): string {
    return this.meta.device_id
  }

  /** Records which variant of an experiment is on the screen, once a session. */
  expose(experiment: string, variant: string, page: string): void {
    const key = `${this.session(this.clock.now())} ${experiment} ${variant}`
    if (this.exposed.has(key))
      return
    this.exposed.add(key)
    this.record('experiment_exposed', page, { experiment, variant })
  }

  /** Records that the code failed: each failure once a session, and only so many of them. */
  fail(error: unknown, page: string): void {
    const failure = failureOf(error)
    if (!failure)
      return
    const session = this.session(this.clock.now())
    const key = `${session} ${failure.digest}`
    if (this.failed.has(key) || [...this.failed].filter(one => one.startsWith(session)).length >= MOST_FAILURES)
      return
    this.failed.add(key)
    this.record('app_failed', page, { ...failure, version: version() })
  }

  /** Sends what there is. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.saveMeta()
    this.delivery.start()
  }

  /** The network is back. */
  wake(): void {
    this.delivery.wake()
  }

  /** Consent was withdrawn: nothing stays on the phone. */
  destroy(): void {
    this.delivery.stop()
    clearTimeout(this.timer)
    clearTimeout(this.secondLook)
    this.queue.clear()
    keys().forEach(erase)
  }

  private adopt(): void {
    if (this.queue.adopt())
      this.delivery.start()
  }

  /** A session ends after half an hour without an event. */
  private session(ts: number): string {
    const { session } = this.meta
    if (Math.abs(ts - session.at) > IDLE_MS) {
      session.id = uuid()
      session.at = ts
      this.saveMeta()
    }
    session.at = Math.max(session.at, ts)
    return session.id
  }

  private lost(events: TrackedEvent[]): void {
    for (const event of events) {
      // a report that is lost itself hands its number on
      const { dropped, codes } = event.name === 'events_dropped' ? event.props : { dropped: 1, codes: {} }
      this.meta.dropped += Number(dropped)
      for (const [code, count] of Object.entries(codes as Record<string, number>)) this.count(code, count)
    }
    this.saveMeta()
  }

  private refused(parked: Parked[]): void {
    for (const { event, code } of parked) {
      if (event.name !== 'events_dropped')
        this.count(code, 1)
    }
    const kept = (read<Parked[]>('parked') ?? []).concat(parked).slice(-PARKED_EVENTS)
    write('parked', kept)
    this.saveMeta()
  }

  private count(code: string, count: number): void {
    this.meta.refused[code] = (this.meta.refused[code] ?? 0) + count
  }

  private report(): void {
    const { dropped, refused: codes } = this.meta
    const parked = Object.values(codes).reduce((sum, count) => sum + count, 0)
    if (dropped + parked === 0)
      return
    this.meta.dropped = 0
    this.meta.refused = {}
    this.record('events_dropped', '', { dropped, parked, codes })
    this.saveMeta()
  }

  private saveMeta(): void {
    write('meta', this.meta)
  }
}

function shortened(props: Props): Props {
  const result: Props = {}
  for (const [name, value] of Object.entries(props))
    result[name] = typeof value === 'string' ? value.slice(0, TEXT_LENGTH) : value
  return result
}

import type { Clock } from './clock'
import type { TrackedEvent } from './events'
import type { Answer } from './post'
import type { Batch, Queue } from './queue'
import { version } from '../version'
import { post } from './post'

export interface Destination {
  /** Empty while it is not known yet. */
  endpoint: () => string
  program: () => string
  token: () => string | null
}

/** What delivery tells its owner. */
export interface Listener {
  /** The server will not take these events. */
  refused: (events: { event: TrackedEvent, code: string }[]) => void
  delivered: () => void
  clockCorrected: () => void
}

interface Reply {
  accepted?: string[]
  rejected?: { id: string, code?: string }[]
  duplicate?: boolean
}

const FIRST_RETRY_MS = 2_000
const LAST_RETRY_MS = 300_000
const ASK_AGAIN = 3

/** A mark that tells texts, such as tokens, apart without keeping them. */
export function markOf(text: string | null): string {
  if (!text)
    return ''
  let hash = 0x811C9DC5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** Sends sealed batches one after the other until none is left or the server asks for patience. */
export class Delivery {
  private busy = false
  private stopped = false
  private failures = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private deadToken: string | null = null

  constructor(
    private queue: Queue,
    private clock: Clock,
    private deviceId: string,
    private to: Destination,
    private listener: Listener,
  ) {}

  /** Sends what there is. While waiting after a failure nothing is sealed, so that what piles up travels together. */
  start(): void {
    if (this.stopped || this.retry !== undefined || !this.to.endpoint() || !this.to.program())
      return
    this.queue.seal()
    if (!this.busy)
      void this.run()
  }

  /** The network is back: the waiting is over. */
  wake(): void {
    clearTimeout(this.retry)
    this.retry = undefined
    this.start()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.retry)
  }

  private async run(): Promise<void> {
    this.busy = true
    let batch = this.queue.next()
    while (batch && !this.stopped && await this.send(batch))
      batch = this.queue.next()
    this.busy = false
  }

  /** True when the next batch may follow at once. */
  private async send(batch: Batch): Promise<boolean> {
    const token = this.tokenFor(batch)
    const askedAt = this.clock.now()
    const answer = await post(
      this.to.endpoint(),
      { 'X-Program': this.to.program(), 'X-Version': version(), ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      JSON.stringify({
        batch_id: batch.id,
        sent_at: askedAt - this.clock.offset + batch.offset,
        device_id: this.deviceId,
        events: batch.events,
      }),
    )
    if (this.stopped)
      return false
    if (this.clock.learn(answer.date, askedAt))
      this.listener.clockCorrected()
    return this.settle(batch, answer, token)
  }

  private settle(batch: Batch, { status, body, retryAfter }: Answer, token: string | null): boolean {
    const reply = (body && typeof body === 'object' ? body : null) as Reply | null
    if (status >= 200 && status < 300 && (reply?.duplicate || Array.isArray(reply?.accepted))) {
      this.failures = 0
      this.accept(batch, reply!)
      this.listener.delivered()
      return true
    }
    if (status === 401 && token) {
      this.deadToken = token
      return true
    }
    if (status === 413 && batch.events.length > 1) {
      this.queue.halve(batch)
      return true
    }
    if (status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429) {
      this.park(batch, batch.events, String((reply as { code?: string } | null)?.code ?? status))
      this.queue.remove(batch)
      return true
    }
    this.backOff(retryAfter)
    return false
  }

  private accept(batch: Batch, reply: Reply): void {
    const refused = new Map((reply.rejected ?? []).map(r => [r.id, r.code ?? 'rejected']))
    const accepted = new Set(reply.accepted ?? [])
    const unnamed = reply.duplicate ? [] : batch.events.filter(e => !accepted.has(e.id) && !refused.has(e.id))
    const parked = batch.events.filter(e => refused.has(e.id))
    if (parked.length > 0)
      this.listener.refused(parked.map(event => ({ event, code: refused.get(event.id)! })))
    if (unnamed.length === 0 || batch.unanswered >= ASK_AGAIN - 1) {
      if (unnamed.length > 0)
        this.park(batch, unnamed, 'unanswered')
      this.queue.remove(batch)
    }
    else {
      this.queue.requeue(batch, unnamed)
    }
  }

  private park(batch: Batch, events: TrackedEvent[], code: string): void {
    this.listener.refused(events.map(event => ({ event, code })))
  }

  private backOff(retryAfter: string | undefined): void {
    const longest = Math.min(FIRST_RETRY_MS * 2 ** this.failures++, LAST_RETRY_MS)
    const asked = Math.min((Number(retryAfter) || 0) * 1000, LAST_RETRY_MS)
    const wait = Math.max(longest * (0.5 + Math.random() / 2), asked)
    this.retry = setTimeout(() => this.wake(), wait)
  }

  /** Events of one login never travel with the token of another; those of nobody go with whoever is here. */
  private tokenFor(batch: Batch): string | null {
    const token = this.to.token()
    return token === this.deadToken || (batch.who && batch.who !== markOf(token)) ? null : token
  }
}

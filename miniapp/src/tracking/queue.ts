import type { Props, TrackedEvent } from './events'
import { uuid } from './events'
import { erase, keys, read, write } from './store'

/** Events that travel together. Once sealed it never changes: a resent batch carries the same events under the same id. */
export interface Batch {
  id: string
  /** Marks the login the events belong to; empty: nobody was logged in. */
  who: string
  /** The clock correction its times were made with. */
  offset: number
  born: number
  sealed: boolean
  /** How often it was halved because the server found it too large. */
  depth: number
  /** How often the server answered without naming these events. */
  unanswered: number
  events: TrackedEvent[]
}

export const BATCH_EVENTS = 20
const MAX_EVENTS = 1000
const MAX_BYTES = 300_000
/** An unsealed batch this old was left by an app that was killed; a younger one may belong to a second window. */
const ABANDONED_MS = 30_000

const key = (id: string) => `batch.${id}`

/** Lengths are counted as UTF-8 at worst, because the storage limit is in bytes. */
const bytesOf = (batch: Batch) => JSON.stringify(batch.events).replace(/[^\0-\x7F]/g, '***').length

/** The queue of batches: in memory, and in the phone's storage so that a killed app loses nothing. */
export class Queue {
  private batches: Batch[] = []
  private sizes = new Map<string, number>()
  private unsaved = new Set<string>()

  /** `onDrop` hears of events that had to make room, oldest first. */
  constructor(private onDrop: (events: TrackedEvent[]) => void) {}

  get length(): number {
    return this.batches.reduce((sum, batch) => sum + batch.events.length, 0)
  }

  /** Adds an event to the open batch of this login; returns how many events that batch holds now. */
  add(event: TrackedEvent, who: string, offset: number): number {
    let batch = this.batches.find(b => !b.sealed)
    if (batch && (batch.who !== who || batch.offset !== offset || batch.events.length >= BATCH_EVENTS)) {
      this.seal()
      batch = undefined
    }
    if (!batch) {
      batch = { id: uuid(), who, offset, born: Date.now(), sealed: false, depth: 0, unanswered: 0, events: [] }
      this.batches.push(batch)
    }
    batch.events.push(event)
    this.save(batch)
    this.makeRoom(batch)
    return batch.events.length
  }

  /** Adds to an event what is known only now. One that is on its way already stays as it is. */
  amend(event: TrackedEvent, more: Props): void {
    const batch = this.batches.find(b => !b.sealed && b.events.includes(event))
    if (!batch)
      return
    Object.assign(event.props, more)
    this.save(batch)
  }

  /** Closes the open batch; from now on it can be sent. */
  seal(): void {
    for (const batch of this.batches) {
      if (!batch.sealed) {
        batch.sealed = true
        this.save(batch)
      }
    }
  }

  /** The oldest batch that can be sent. */
  next(): Batch | undefined {
    return this.batches.find(b => b.sealed)
  }

  remove(batch: Batch): void {
    this.batches = this.batches.filter(b => b !== batch)
    this.sizes.delete(batch.id)
    this.unsaved.delete(batch.id)
    erase(key(batch.id))
    this.saveRest()
  }

  /** Splits a batch the server found too large. The halves' ids follow from its own, so two windows split alike. */
  halve(batch: Batch): void {
    const middle = Math.ceil(batch.events.length / 2)
    const depth = batch.depth + 1
    const second = { ...batch, id: sibling(batch.id, depth), depth, events: batch.events.slice(middle) }
    this.batches.splice(this.batches.indexOf(batch) + 1, 0, second)
    this.save(second)
    batch.depth = depth
    batch.events = batch.events.slice(0, middle)
    this.save(batch)
  }

  /** Sends these events of a batch again under a new id: the server did not say what became of them. */
  requeue(batch: Batch, events: TrackedEvent[]): void {
    const again = { ...batch, id: uuid(), unanswered: batch.unanswered + 1, events }
    this.batches.push(again)
    this.save(again)
    this.remove(batch)
  }

  /** Takes over what an earlier run of the app left in storage; returns true when something was found. */
  adopt(): boolean {
    const now = Date.now()
    const found = keys().filter(k => k.startsWith('batch.') && !this.batches.some(b => key(b.id) === k)).map(k => read<Batch>(k)).filter((b): b is Batch => !!b && Array.isArray(b.events) && (b.sealed || Math.abs(now - b.born) > ABANDONED_MS))
    for (const batch of found) {
      batch.sealed = true
      this.batches.push(batch)
      this.save(batch)
    }
    this.batches.sort((a, b) => a.born - b.born)
    return found.length > 0
  }

  /** Forgets everything, in memory and in storage. */
  clear(): void {
    this.batches = []
    this.sizes.clear()
    this.unsaved.clear()
    keys().filter(k => k.startsWith('batch.')).forEach(erase)
  }

  private save(batch: Batch): void {
    this.sizes.set(batch.id, bytesOf(batch))
    if (write(key(batch.id), batch))
      this.unsaved.delete(batch.id)
    else
      this.unsaved.add(batch.id)
  }

  /** Storage was full and something has just been erased: try the others again. */
  private saveRest(): void {
    for (const batch of this.batches) {
      if (this.unsaved.has(batch.id))
        this.save(batch)
    }
  }

  private makeRoom(newest: Batch): void {
    const total = () => Array.from(this.sizes.values()).reduce((sum, size) => sum + size, 0)
    while (this.length > MAX_EVENTS || total() > MAX_BYTES) {
      // the first one may be on its way right now: were it dropped, it would be counted lost and yet arrive
      const victim = this.batches[1]
      if (!victim || victim === newest)
        return
      this.remove(victim)
      this.onDrop(victim.events)
    }
  }
}

function sibling(id: string, depth: number): string {
  const at = id.length - depth
  const digit = (Number.parseInt(id.charAt(at), 16) + 1) % 16
  return id.slice(0, at) + digit.toString(16) + id.slice(at + 1)
}

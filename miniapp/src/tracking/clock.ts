/** The header's resolution is one second and the answer travelled: smaller differences mean nothing. */
const NOISE_MS = 2000

/** Epoch milliseconds that never run backwards, corrected by the server's `Date` header once one was seen. */
export class Clock {
  /** Milliseconds to add to this phone's clock to get the server's. */
  offset = 0
  private last = 0
  private lost = 0

  now(): number {
    return this.local() + this.offset
  }

  /** Compares the server's clock with the middle of the request; true when the correction changed. */
  learn(date: string | undefined, askedAt: number): boolean {
    const server = date ? Date.parse(date) : Number.NaN
    if (Number.isNaN(server))
      return false
    const offset = Math.round(server + 500 - (askedAt - this.offset + this.local()) / 2)
    const corrected = Math.abs(offset) < NOISE_MS ? 0 : offset
    if (Math.abs(corrected - this.offset) < NOISE_MS)
      return false
    this.offset = corrected
    return true
  }

  /** The user may set the phone's clock back while we run: what is lost then is added from there on. */
  private local(): number {
    const raw = Date.now()
    if (raw < this.last)
      this.lost += this.last - raw
    this.last = raw
    return raw + this.lost
  }
}

/** A length of time between 0 and `most` milliseconds. */
export function duration(from: number, to: number, most: number): number {
  return Math.round(Math.min(Math.max(to - from, 0), most))
}

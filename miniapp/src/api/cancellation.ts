/** Lets a page call off requests it no longer waits for (mini programs have no AbortController). */
export class Cancellation {
  cancelled = false
  private aborts = new Set<() => void>()

  cancel() {
    this.cancelled = true
    this.aborts.forEach(abort => abort())
    this.aborts.clear()
  }

  /** Registers how to stop one request; returns how to forget it again. */
  register(abort: () => void): () => void {
    this.aborts.add(abort)
    return () => this.aborts.delete(abort)
  }
}

const MOST_TIMERS = 3

/** What happens while the package runs, in order of time, for who walks it; `errors` are the same things as text, for tests. */
export class Journal {
  entries = []
  errors = []
  /** Which tap this is; 0 before the first one. */
  gesture = 0
  /** setData calls so far. */
  changes = 0
  /** Requests that wait for an answer. */
  waiting = 0
  /** Timers that will run once, by the time they are due. */
  timers = new Map()
  pages = null

  /** `kind`: call, dialog, toast, loading, request, page, problem. */
  note(kind, name, detail = {}) {
    this.entries.push({ kind, name, detail, page: this.pages?.current?.path ?? '', gesture: this.gesture, at: Math.round(performance.now()) })
  }

  /** `name`: throw, rejection, load, navigation or console. */
  problem(name, error) {
    const text = textOf(error)
    this.errors.push(text)
    this.note('problem', name, { text: text.slice(0, 600) })
  }

  /** Runs `act`; what it throws is written down, as WeChat does with what an app's own functions throw. */
  guard(act, name = 'throw') {
    try {
      return act()
    }
    catch (error) {
      this.problem(name, error)
    }
  }

  /** Timers for the package: counted while they wait, and `hurry` times as fast. */
  timersFor(hurry) {
    const { timers } = this
    let depth = 0 // a timer that is set by a timer, again and again, is a clock; nobody waits for it
    return {
      setTimeout: (callback, delay = 0, ...values) => {
        const wait = (Number(delay) || 0) / hurry
        const own = depth + 1
        const id = setTimeout(() => {
          timers.delete(id)
          depth = own
          try {
            callback(...values)
          }
          finally {
            depth = 0
          }
        }, wait)
        if (own <= MOST_TIMERS)
          timers.set(id, performance.now() + wait)
        return id
      },
      setInterval: (callback, delay, ...values) => setInterval(callback, delay, ...values),
      clearTimeout: (id) => {
        timers.delete(id)
        clearTimeout(id)
      },
      clearInterval: id => clearInterval(id),
    }
  }
}

export const textOf = error => error?.stack ?? error?.errMsg ?? String(error)

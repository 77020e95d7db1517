import type { App } from 'vue'
import type { EnterOptions, Instance, LinkSource } from '@/tracking/journey'
import { vi } from 'vitest'

export interface Sent { batch_id: string, sent_at: number, device_id: string, events: { id: string, name: string, ts: number, session_id: string, page: string, props: Record<string, unknown> }[] }

interface Request { url: string, header: Record<string, string>, data: string, success: (r: object) => void, fail: (r: object) => void }

type Reply = { status: number, body?: unknown, header?: Record<string, string> } | 'offline' | 'never' | 'lost answer'

/** The server of the bench: counts what it took, once per batch id, and notices a client that breaks its promises. */
export class FakeServer {
  requests: { sent: Sent, header: Record<string, string> }[] = []
  counted: Sent['events'] = []
  broken: string[] = []
  private batches = new Map<string, string>()
  /** What to answer next; an empty list means: take everything. */
  script: ((sent: Sent) => Reply)[] = []

  get names(): string[] {
    return this.counted.map(e => e.name)
  }

  answer(sent: Sent, header: Record<string, string>): Reply {
    this.requests.push({ sent, header })
    const scripted = this.script.shift()?.(sent)
    if (scripted && scripted !== 'lost answer')
      return scripted
    const events = JSON.stringify(sent.events)
    const earlier = this.batches.get(sent.batch_id)
    if (earlier !== undefined && earlier !== events)
      this.broken.push(`batch ${sent.batch_id} came back with other events`)
    if (earlier === undefined) {
      this.batches.set(sent.batch_id, events)
      for (const event of sent.events) {
        if (this.counted.some(e => e.id === event.id))
          this.broken.push(`event ${event.id} was counted twice`)
        this.counted.push(event)
      }
    }
    const taken = { accepted: sent.events.map(e => e.id), rejected: [], duplicate: earlier !== undefined }
    return scripted ?? { status: 200, body: taken }
  }
}

/** A phone without a screen: `uni` with storage that can be full, a network that can fail, and an app that can be killed. */
export class FakePhone {
  storage = new Map<string, string>()
  writes = 0
  reads = 0
  capacity = Number.POSITIVE_INFINITY
  server = new FakeServer()
  token: string | null = null
  scene = 1001
  query: Record<string, string> = {}
  linkSource: (options: EnterOptions) => LinkSource | null = () => null
  pageStack: Instance[] = []
  tracking!: typeof import('@/tracking')
  private networkListener: (state: { isConnected: boolean }) => void = () => {}
  private mixin!: Record<'onLaunch' | 'onShow' | 'onHide' | 'onUnload', (this: Instance, options?: object) => void>
  private app: Instance = { $mpType: 'app' }

  /** Starts the app anew, from what the storage holds. */
  async start({ consent = true, endpoint = 'https://shop.test/api/v1/events' } = {}): Promise<void> {
    vi.resetModules()
    vi.stubGlobal('uni', this.uni())
    this.tracking = await import('@/tracking')
    const app = { mixin: (mixin: FakePhone['mixin']) => this.mixin = mixin } as unknown as App
    this.tracking.installTracking({ app, endpoint, program: 'wx01', token: () => this.token, consent: () => consent, linkSource: options => this.linkSource(options) })
    this.mixin.onLaunch.call(this.app, { scene: this.scene })
    this.mixin.onShow.call(this.app, { scene: this.scene, query: this.query })
  }

  /** The system ends the app without a word: its timers and open requests are gone, the storage stays. */
  kill(): void {
    const now = Date.now()
    vi.clearAllTimers()
    vi.setSystemTime(now) // clearing the timers has put the clock back to its start
    this.pageStack = []
  }

  open(route: string): void {
    const page: Instance = { $mpType: 'page', $scope: { route } }
    this.pageStack.push(page)
    this.mixin.onShow.call(page)
  }

  close(): void {
    this.mixin.onUnload.call(this.pageStack.pop()!)
  }

  cover(): void {
    this.mixin.onHide.call(this.pageStack[this.pageStack.length - 1]!)
  }

  hide(): void {
    this.cover()
    this.mixin.onHide.call(this.app)
  }

  hideAppFirst(): void {
    this.mixin.onHide.call(this.app)
    this.cover()
  }

  show(): void {
    this.mixin.onShow.call(this.app, { scene: this.scene, query: this.query })
    this.mixin.onShow.call(this.pageStack[this.pageStack.length - 1]!)
  }

  reconnect(): void {
    this.networkListener({ isConnected: true })
  }

  /** Lets this much time pass, with all that happens in it. */
  async wait(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms)
  }

  private uni() {
    const used = () => Array.from(this.storage).reduce((sum, [k, v]) => sum + k.length + v.length, 0)
    return {
      getStorageSync: (key: string) => {
        this.reads++
        return this.storage.get(key) ?? ''
      },
      setStorageSync: (key: string, value: string) => {
        this.writes++
        if (used() - (this.storage.get(key)?.length ?? 0) + value.length > this.capacity)
          throw new Error('setStorage:fail exceed storage max size')
        this.storage.set(key, value)
      },
      removeStorageSync: (key: string) => this.storage.delete(key),
      getStorageInfoSync: () => ({ keys: Array.from(this.storage.keys()) }),
      getEnterOptionsSync: () => ({ scene: this.scene, query: this.query }),
      onNetworkStatusChange: (listener: FakePhone['networkListener']) => this.networkListener = listener,
      request: ({ header, data, success, fail }: Request) => {
        const reply = this.server.answer(JSON.parse(data), header)
        if (reply === 'offline' || reply === 'lost answer')
          setTimeout(fail, 10, { errMsg: 'request:fail' })
        else if (reply !== 'never')
          setTimeout(success, 10, { statusCode: reply.status, data: reply.body, header: reply.header ?? {} })
      },
    }
  }
}

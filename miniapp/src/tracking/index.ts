import type { App } from 'vue'
import type { EventName } from './events'
import type { EnterOptions, Instance, LinkSource } from './journey'
import type { PlannedEvents } from '@/plan/tracking'
import { Journey } from './journey'
import { Tracker } from './tracker'

export type { EventName } from './events'
export type { EnterOptions } from './journey'

export interface TrackingOptions {
  /** The Vue app; the client listens to its life cycle by a mixin. */
  app: App
  /** Address of `POST /api/v1/events`; empty while it is not known yet, then events wait. */
  endpoint: string | (() => string)
  /** The mini program's appid. */
  program: string | (() => string)
  token: () => string | null
  /** Whether the person agreed in an earlier visit; asked once. */
  consent: () => boolean
  /** Where the link that the app was opened by leads from; null at once when it was opened by none. Must not reject. */
  linkSource?: (options: EnterOptions) => LinkSource | null
}

let tracker: Tracker | null = null
let journey = new Journey(() => tracker)
let start: (() => Tracker) | null = null

const ask = (value: string | (() => string)) => () => typeof value === 'function' ? value() : value

/** Starts recording what happens in the app. Before consent it stores nothing and sends nothing. */
export function installTracking({ app, endpoint, program, token, consent, linkSource }: TrackingOptions): void {
  journey = new Journey(() => tracker, linkSource)
  start = () => new Tracker({ endpoint: ask(endpoint), program: ask(program), token })
  tracker = consent() ? start() : null
  const isPage = (instance: Instance) => instance.$mpType === 'page'
  app.mixin({
    onLaunch(options: EnterOptions) {
      journey.launched(options)
    },
    onShow(this: Instance, options: EnterOptions) {
      if (isPage(this))
        journey.entered(this)
      else if (this.$mpType === 'app')
        journey.shown(options)
    },
    onHide(this: Instance) {
      if (isPage(this))
        journey.left(this)
      else if (this.$mpType === 'app')
        journey.hidden()
    },
    onUnload(this: Instance) {
      journey.left(this)
    },
  })
  uni.onNetworkStatusChange(({ isConnected }) => isConnected && tracker?.wake())
  if (typeof window === 'object' && window.addEventListener)
    window.addEventListener('pagehide', () => journey.hidden())
}

/** The person agreed (recording begins) or withdrew (everything kept so far is erased). */
export function setTrackingConsent(granted: boolean): void {
  if (granted && !tracker && start) {
    tracker = start()
    journey.begin()
  }
  else if (!granted && tracker) {
    tracker.destroy()
    tracker = null
    journey.forget()
  }
}

/** Records what a page saw the person do: an event of the plan, with the properties that the plan gives it. */
export function track<Name extends EventName>(name: Name, props: PlannedEvents[Name]): void {
  tracker?.record(name, journey.route, props)
}

/** Records which variant of an experiment the person sees; more than once a session says nothing new. */
export function trackExposure(experiment: string, variant: string): void {
  tracker?.expose(experiment, variant, journey.route)
}

/** Records that the code failed, by what tells failures apart and nothing that a person could be known by. */
export function trackFailure(error: unknown): void {
  tracker?.fail(error, journey.route)
}

/** What this phone's events are known by; null while nothing may be recorded. */
export function deviceId(): string | null {
  return tracker?.deviceId ?? null
}

/** For `onShareAppMessage` and `onShareTimeline`: marks the share so that visits it brings are known as its own. */
export function shared<T extends object>(options: T): T {
  return journey.shared(options)
}

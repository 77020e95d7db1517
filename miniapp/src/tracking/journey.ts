import type { Tracker } from './tracker'
import { version } from '../version'
import { duration } from './clock'
import { shortId } from './events'

const LONGEST_PAGE_MS = 30 * 60_000
const LONGEST_VISIT_MS = 12 * 3_600_000
const SOURCES = [['channel', 'ch', 'utm_medium'], ['campaign', 'cp', 'utm_campaign'], ['source', 'utm_source']] as const

/** A page or the app as uni-app's Vue shows it; which of the fields are there differs by platform. */
export interface Instance {
  $mpType?: string
  $page?: { route?: string }
  $scope?: { route?: string }
}

export interface EnterOptions {
  path?: string
  scene?: number | string
  query?: Record<string, string | undefined>
}

/** What a link says of the visit it brought, such as its channel: asked of the server, null when there is no such link. */
export type LinkSource = Promise<Record<string, string> | null>

interface Shareable { path?: string, query?: string }

/**
 * Where the person is: which page since when, in which visit, come by whose share.
 * Before consent it keeps the launch's scene and time and nothing else.
 */
export class Journey {
  private launch: { scene: number, at: number } | null = null
  private shownAt = 0
  private page: { instance: Instance, route: string, at: number } | null = null
  private visible: Instance | null = null
  private share: { share_id: string, root_id: string } | null = null

  /** `tracker` answers null while there is no consent. */
  constructor(private tracker: () => Tracker | null, private linkSource: (options: EnterOptions) => LinkSource | null = () => null) {}

  get route(): string {
    return this.page?.route ?? ''
  }

  launched(options: EnterOptions): void {
    this.launch = { scene: Number(options.scene) || 0, at: Date.now() }
    this.reportLaunch()
  }

  shown(options: EnterOptions): void {
    const tracker = this.tracker()
    if (!tracker)
      return
    this.shownAt = tracker.clock.now()
    const query = enteredWith(options.query)
    this.share = shareOf(query)
    const event = tracker.record('app_shown', this.route, { scene: Number(options.scene) || 0, version: version(), ...this.share, ...sourceOf(query) })
    // It is in the queue at once, so that nothing can lose it; the answer comes long before the queue is sent.
    this.linkSource(options)?.then(source => source && this.tracker() === tracker && tracker.amend(event, source))
  }

  /** A closing browser says it twice. */
  hidden(): void {
    const tracker = this.tracker()
    if (!tracker || !this.shownAt)
      return
    const { route } = this
    if (this.page)
      this.leavePage()
    const duration_ms = duration(this.shownAt, tracker.clock.now(), LONGEST_VISIT_MS)
    this.shownAt = 0
    tracker.record('app_hidden', route, { duration_ms })
    tracker.flush()
  }

  entered(instance: Instance): void {
    this.visible = instance
    const tracker = this.tracker()
    if (!tracker)
      return
    const from = this.route
    // H5 unloads the replaced page only after the next one is shown
    if (this.page)
      this.leavePage()
    const route = routeOf(instance)
    const at = tracker.clock.now()
    this.page = { instance, route, at }
    tracker.record('page_viewed', route, from ? { from } : {}, at)
  }

  left(instance: Instance): void {
    if (this.visible === instance)
      this.visible = null
    if (this.page?.instance === instance)
      this.leavePage()
  }

  /** Consent was just given: the visit is told from here on, with the launch kept in memory. */
  begin(): void {
    this.reportLaunch()
    this.shown(uni.getEnterOptionsSync())
    if (this.visible)
      this.entered(this.visible)
  }

  /** Consent was withdrawn. */
  forget(): void {
    this.page = null
    this.share = null
    this.shownAt = 0
  }

  /** Adds this share's id and the root of its tree to what the page shares, and records `page_shared`. */
  shared<T extends object>(options: T & Shareable): T {
    const tracker = this.tracker()
    if (!tracker)
      return options
    const share_id = shortId()
    const root_id = this.share?.root_id ?? share_id
    const channel = options.path === undefined && options.query !== undefined ? 'timeline' : 'friend'
    const { route } = this
    tracker.record('page_shared', route, { share_id, ...(this.share ? { parent_share_id: this.share.share_id } : {}), root_id, channel })
    const ids = `sid=${share_id}&rid=${root_id}`
    if (channel === 'timeline')
      return { ...options, query: options.query ? `${options.query}&${ids}` : ids }
    const path = options.path ?? `/${route}`
    return { ...options, path: `${path}${path.includes('?') ? '&' : '?'}${ids}` }
  }

  private reportLaunch(): void {
    const tracker = this.tracker()
    if (!tracker || !this.launch)
      return
    tracker.record('app_launched', '', { scene: this.launch.scene }, this.launch.at + tracker.clock.offset)
    this.launch = null
  }

  private leavePage(): void {
    const { route, at } = this.page!
    this.page = null
    const tracker = this.tracker()
    tracker?.record('page_left', route, { duration_ms: duration(at, tracker.clock.now(), LONGEST_PAGE_MS) })
  }
}

function routeOf({ $page, $scope }: Instance): string {
  return ($scope?.route ?? $page?.route ?? '').replace(/^\//, '')
}

/** What a mini program code says stands, escaped, in the `scene` of its query; what the path says goes before it. */
function enteredWith(query: EnterOptions['query']): EnterOptions['query'] {
  const code: Record<string, string> = {}
  try {
    for (const part of decodeURIComponent(query?.scene ?? '').split('&')) {
      const [name, value] = part.split('=')
      if (name && value)
        code[name] = value
    }
  }
  catch {
    // not escaped as WeChat does: not one of ours
  }
  return { ...code, ...query }
}

/** Where links, codes and posters say that they lead from. The short names are for codes, which hold 32 characters. */
function sourceOf(query: EnterOptions['query']): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, ...others] of SOURCES) {
    const value = [name, ...others].map(one => query?.[one]).find(Boolean)
    if (value)
      found[name] = value
  }
  return found
}

function shareOf(query: EnterOptions['query']): { share_id: string, root_id: string } | null {
  const share_id = query?.sid ?? ''
  const root_id = query?.rid ?? ''
  const wellFormed = (id: string) => /^[0-9a-z]{10}$/.test(id)
  return wellFormed(share_id) && wellFormed(root_id) ? { share_id, root_id } : null
}

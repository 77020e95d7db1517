import type { Answer } from '@/api/client'
import type { EnterOptions } from '@/tracking'
import { api } from '@/api/client'
import { asApiError } from '@/api/errors'
import { pages } from '@/plan/pages'
import { deviceId } from '@/tracking'
import { uuid } from '@/tracking/events'
import { keepInvitation } from './invitation'
import { open } from './routes'

type Link = Answer<'/links/{short}'>

/** The short ids of links: no 0 and o, 1, l and i. A code of WeChat's has one as its scene, other ways in as `l` or `k`. */
const SHORT = /^[2-9a-hjkmnp-z]{10}$/
const PAGE_MS = 50

/** One visit, from start to end: a link that is asked for twice in it was opened once. */
const visit = uuid()
const asked = new Map<string, Promise<Link | null>>()
/** The way in that was followed last: coming back from the background tells it again. */
let followed = { short: '', bottom: null as unknown }

/** The link that the app was opened by; null when it was none. */
export function shortOf({ query }: EnterOptions): string | null {
  return [query?.scene, query?.l, query?.k].find(value => value && SHORT.test(value)) ?? null
}

/** What a link stands for, asked once a visit; null when there is no such link or the shop cannot be reached. */
function resolve(short: string): Promise<Link | null> {
  const known = asked.get(short)
  if (known)
    return known
  const found = ask(short).catch((caught) => {
    if (asApiError(caught).status !== 404)
      asked.delete(short)
    return null
  })
  asked.set(short, found)
  return found
}

function ask(short: string): Promise<Link> {
  return api.get('/links/{short}', { path: { short }, query: { visit, device: deviceId() ?? undefined } })
}

/** Where the link that the app was opened by leads from, for tracking. */
export function linkSource(options: EnterOptions): Promise<Record<string, string> | null> | null {
  const short = shortOf(options)
  return short ? resolve(short).then(link => link && sourceOf(link)) : null
}

function sourceOf({ channel, campaign }: Link): Record<string, string> {
  return { ...(channel ? { channel } : {}), ...(campaign ? { campaign } : {}) }
}

/** The app was started or came back to the front: opens the page that its link stands for, and keeps an invitation. */
export async function enter(options: EnterOptions) {
  if (options.path === pages.invite.path.slice(1))
    keepInvitation(options.query?.code)
  const short = shortOf(options)
  if (!short || (followed.short === short && followed.bottom === getCurrentPages()[0]))
    return
  const link = await resolve(short)
  const bottom = await firstPage()
  if (!link || (followed.short === short && followed.bottom === bottom))
    return
  followed = { short, bottom }
  if (link.page === pages.invite.path.slice(1))
    keepInvitation(link.query.code)
  if (link.page !== options.path || Object.entries(link.query).some(([name, value]) => options.query?.[name] !== value))
    follow({ link: link.path })
}

function follow(way: { link: string }) {
  open(way.link)
}

/** Somebody logged in: the visits that links brought are his. */
export function tellWhoCame() {
  for (const short of asked.keys())
    ask(short).catch(() => {})
}

/** The page at the bottom, which on a start comes a little after the app itself. */
async function firstPage(): Promise<unknown> {
  while (!getCurrentPages().length)
    await new Promise(done => setTimeout(done, PAGE_MS))
  return getCurrentPages()[0]
}

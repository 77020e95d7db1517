import type { Cancellation } from './cancellation'
import type { paths } from './schema'
import { config, configured } from '@/config'
import { languageTag } from '@/i18n'
import { learnServerTime } from '@/shared/time'
import { version } from '@/version'
import { ApiError } from './errors'

type Prefix = '/api/v1'
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type Full<P extends string> = `${Prefix}${P}`
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P extends Full<infer Short> ? Short : never : never }[keyof paths]
type Op<P extends string, M extends Method> = Full<P> extends keyof paths ? paths[Full<P>] extends Record<M, infer O> ? O : never : never
type Json<T> = T extends { content: { 'application/json': infer B } } ? B : never
type Success<R> = R extends Record<200, infer A> ? Json<A> : R extends Record<201, infer B> ? Json<B> : undefined
type Ok<O> = O extends { responses: infer R } ? Success<R> : never
type PathOf<O> = O extends { parameters: { path: infer V } } ? V : undefined
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : undefined
type BodyOf<O> = O extends { requestBody: infer B } ? Json<B> : undefined

interface Common { header?: Record<string, string>, cancellation?: Cancellation }
type Options<O> = Common
  & ([PathOf<O>] extends [undefined] ? { path?: undefined } : { path: PathOf<O> })
  & ([QueryOf<O>] extends [undefined] ? { query?: undefined } : { query?: Partial<QueryOf<O>> })
  & ([BodyOf<O>] extends [undefined] ? { body?: object } : { body: BodyOf<O> })

/** The JSON that a GET of this path answers. */
export type Answer<P extends PathsWith<'get'>> = Ok<Op<P, 'get'>>
export type PostAnswer<P extends PathsWith<'post'>> = Ok<Op<P, 'post'>>

export interface RawOptions extends Common { path?: object, query?: object, body?: unknown }
export interface RawAnswer { status: number, data: unknown, etag: string | null }

const TIMEOUT_MS = 10_000
/** Paths that need nobody to be logged in. */
const OPEN = /^\/(?:home|categories|products|search|regions|login|events|experiments|flags|links|flash-sales|groupbuy\/campaigns)(?:\/|$)|^\/(?:coupon-templates|groupbuy\/groups\/\{number\})$/

interface Auth {
  token: () => string | null
  /** Logs in (again); rejects with kind "refused" when the customer does not want to. */
  renew: () => Promise<void>
}
let auth: Auth = { token: () => null, renew: () => Promise.reject(new ApiError('refused')) }

/** Tells the client who is logged in and how to log in; called once by the session store. */
export function authenticateWith(provider: Auth) {
  auth = provider
}

/** Puts path and query values into a path template. */
export function fill(template: string, options: RawOptions = {}): string {
  const pairs = Object.entries(options.query ?? {}).filter(([, v]) => v !== undefined && v !== null && v !== '')
  const path = Object.entries(options.path ?? {}).reduce((url, [k, v]) => url.replace(`{${k}}`, encodeURIComponent(String(v))), template)
  return path + (pairs.length ? `?${pairs.map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`).join('&')}` : '')
}

/** One call. Logs in first where the path needs it; a token the server no longer knows is renewed once. */
export async function call(method: Method, template: string, options: RawOptions = {}): Promise<RawAnswer> {
  try {
    await configured()
  }
  catch {
    throw new ApiError('offline')
  }
  const open = OPEN.test(template)
  if (!open && !auth.token())
    await auth.renew()
  const used = auth.token()
  try {
    return await once(method, template, options, used)
  }
  catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || template === '/login')
      throw error
    // Another call may have renewed the token meanwhile.
    if (auth.token() === used)
      await auth.renew()
    return once(method, template, options, auth.token())
  }
}

function once(method: Method, template: string, options: RawOptions, token: string | null): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { cancellation } = options
    if (cancellation?.cancelled)
      return reject(new ApiError('aborted'))
    let release = () => {}
    const task = uni.request({
      url: config.apiBase + fill(template, options),
      method: method.toUpperCase() as UniApp.RequestOptions['method'],
      data: options.body as UniApp.RequestOptions['data'],
      timeout: TIMEOUT_MS,
      header: {
        'Content-Type': 'application/json',
        'X-Program': config.program,
        'X-Version': version(),
        'Accept-Language': languageTag(),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...options.header,
      },
      success: ({ statusCode, data, header }) => {
        release()
        learnServerTime(headerOf(header, 'date'))
        if (statusCode < 400)
          resolve({ status: statusCode, data, etag: headerOf(header, 'etag') ?? null })
        else
          reject(failure(statusCode, data))
      },
      fail: ({ errMsg = '' }) => {
        release()
        reject(new ApiError(cancellation?.cancelled ? 'aborted' : /timeout/i.test(errMsg) ? 'timeout' : 'offline'))
      },
    })
    release = cancellation?.register(() => task.abort()) ?? release
  })
}

function failure(status: number, data: unknown): ApiError {
  const said = (data && typeof data === 'object' ? data : {}) as { code?: string, message?: string, details?: Record<string, unknown> }
  return new ApiError(status >= 500 ? 'server' : 'rejected', said.message ?? '', status, said.code ?? '', said.details ?? {})
}

function headerOf(headers: Record<string, string> | undefined, name: string): string | undefined {
  const key = Object.keys(headers ?? {}).find(k => k.toLowerCase() === name)
  return key ? headers?.[key] : undefined
}

type Call<M extends Method> = <P extends PathsWith<M>>(path: P, ...rest: Record<string, never> extends Options<Op<P, M>> ? [Options<Op<P, M>>?] : [Options<Op<P, M>>]) => Promise<Ok<Op<P, M>>>
function bind<M extends Method>(method: M) {
  return ((path: string, options?: RawOptions) => call(method, path, options).then(answer => answer.data)) as unknown as Call<M>
}

export const api = { get: bind('get'), post: bind('post'), put: bind('put'), patch: bind('patch'), delete: bind('delete') }

import { answer, refuse } from './answer.js'

export function network(settings, journal) {
  return {
    request: options => request(options, settings, journal),
    getNetworkType: options => answer('getNetworkType', options, { networkType: 'wifi' }),
    uploadFile: options => task(refuse('uploadFile', options, 'network is not reachable')),
    downloadFile: options => task(refuse('downloadFile', options, 'network is not reachable')),
  }
}

const NO_NETWORK_MS = 60

function task(promise) {
  return Object.assign(promise, { abort() {}, onProgressUpdate() {}, offProgressUpdate() {}, onHeadersReceived() {}, offHeadersReceived() {} })
}

/** Requests to the platform's API go to this page's own origin, which hands them on (serve.mjs), in the name of the program that runs. */
function request(options, { appid, offline }, journal) {
  const abort = new AbortController()
  const method = (options.method ?? 'GET').toUpperCase()
  const url = new URL(options.url ?? '', location.origin)
  const isPlatform = url.pathname.startsWith('/api/')
  const isUnreachable = offline || !isPlatform
  const timer = setTimeout(() => abort.abort(), options.timeout ?? 60_000)
  const own = isPlatform ? new URL(url.pathname + url.search, location.origin) : url
  const headers = { ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }), ...options.header, ...(isPlatform ? { 'X-Program': appid } : {}) }
  let body
  if (method !== 'GET') {
    body = typeof options.data === 'string' ? options.data : JSON.stringify(options.data)
  }
  else {
    for (const [name, value] of Object.entries(options.data ?? {})) own.searchParams.set(name, value)
  }

  const sent = send()
  // one promise, as long as nobody takes callbacks; frameworks and people use either
  return Object.assign(hasCallbacks(options) ? sent.catch(() => {}) : sent, { abort: () => abort.abort(), onHeadersReceived() {}, offHeadersReceived() {} })

  async function send() {
    journal.waiting++
    let response, text
    try {
      if (isUnreachable) {
        await new Promise(resolve => setTimeout(resolve, NO_NETWORK_MS))
        throw new Error('network is not reachable')
      }
      response = await fetch(own, { method, body, signal: abort.signal, headers })
      text = await response.text()
      journal.note('request', url.pathname, { status: response.status })
    }
    catch (error) {
      journal.note('request', url.pathname, { status: 0 })
      return refuse('request', options, abort.signal.aborted ? 'abort' : error.message)
    }
    finally {
      clearTimeout(timer)
      journal.waiting--
    }
    return answer('request', options, { data: parsed(text), statusCode: response.status, header: Object.fromEntries(response.headers), cookies: [] })
  }
}

const hasCallbacks = options => Boolean(options.success || options.fail || options.complete)

function parsed(text) {
  try {
    return JSON.parse(text)
  }
  catch {
    return text
  }
}

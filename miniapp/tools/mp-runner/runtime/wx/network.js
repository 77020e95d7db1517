import { answer, refuse } from './answer.js'

export function network(settings) {
  return {
    request: options => request(options, settings),
    getNetworkType: options => answer('getNetworkType', options, { networkType: 'wifi' }),
    uploadFile: options => refuse('uploadFile', options, 'not simulated'),
    downloadFile: options => refuse('downloadFile', options, 'not simulated'),
  }
}

/** Requests to the platform's API go to this page's own origin, which hands them on (serve.mjs), in the name of the program that runs. */
function request(options, { appid }) {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), options.timeout ?? 60_000)
  const method = (options.method ?? 'GET').toUpperCase()
  const url = new URL(options.url, location.origin)
  const isPlatform = url.pathname.startsWith('/api/')
  const own = isPlatform ? new URL(url.pathname + url.search, location.origin) : url
  const headers = { ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }), ...options.header, ...(isPlatform ? { 'X-Program': appid } : {}) }
  let body
  if (method !== 'GET') {
    body = typeof options.data === 'string' ? options.data : JSON.stringify(options.data)
  }
  else {
    for (const [name, value] of Object.entries(options.data ?? {})) own.searchParams.set(name, value)
  }

  send()
  return { abort: () => abort.abort(), onHeadersReceived() {}, offHeadersReceived() {} }

  async function send() {
    try {
      const response = await fetch(own, { method, body, signal: abort.signal, headers })
      const text = await response.text()
      clearTimeout(timer)
      answer('request', options, { data: parsed(text), statusCode: response.status, header: Object.fromEntries(response.headers), cookies: [] })
    }
    catch (error) {
      refuse('request', { complete() {}, ...options }, abort.signal.aborted ? 'abort' : error.message)
    }
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  }
  catch {
    return text
  }
}

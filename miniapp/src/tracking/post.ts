/** What the server said; `status` 0: it could not be reached. */
export interface Answer {
  status: number
  body: unknown
  date: string | undefined
  retryAfter: string | undefined
}

const TIMEOUT_MS = 20_000

/** Sends JSON. In a browser by `fetch` with keepalive, which outlives a closed page; elsewhere by `uni.request`. */
export function post(url: string, headers: Record<string, string>, body: string): Promise<Answer> {
  const header = { 'Content-Type': 'application/json', ...headers }
  return typeof document === 'object' && typeof fetch === 'function' ? byFetch(url, header, body) : byUni(url, header, body)
}

const unreachable: Answer = { status: 0, body: null, date: undefined, retryAfter: undefined }

async function byFetch(url: string, headers: Record<string, string>, body: string): Promise<Answer> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS)
  try {
    const response = await fetch(url, { method: 'POST', headers, body, keepalive: true, signal: abort.signal })
    const text = await response.text()
    return {
      status: response.status,
      body: parsed(text),
      date: response.headers.get('Date') ?? undefined,
      retryAfter: response.headers.get('Retry-After') ?? undefined,
    }
  }
  catch {
    return unreachable
  }
  finally {
    clearTimeout(timer)
  }
}

function byUni(url: string, header: Record<string, string>, data: string): Promise<Answer> {
  return new Promise((resolve) => {
    uni.request({
      url,
      method: 'POST',
      header,
      data,
      timeout: TIMEOUT_MS,
      success({ statusCode, data, header }) {
        // WeChat keeps the names as the server wrote them, others lower them
        const named = (name: string) => header?.[name] ?? header?.[name.toLowerCase()]
        resolve({
          status: statusCode,
          body: typeof data === 'string' ? parsed(data) : data,
          date: named('Date'),
          retryAfter: named('Retry-After'),
        })
      },
      fail: () => resolve(unreachable),
    })
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch {
    return null
  }
}

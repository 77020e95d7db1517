import { vi } from 'vitest'

export interface Asked { method: string, path: string, query: string, header: Record<string, string>, body: unknown, abort: () => void }
type Answer = { status: number, body?: unknown, header?: Record<string, string> } | 'offline' | 'timeout'
export type Reply = Answer | Promise<Answer>

const BASE = 'https://shop.test/api/v1'

/** A server that answers as a test says, by "METHOD /path"; a list is used up one by one, its last entry stays. */
export class Server {
  asked: Asked[] = []
  answers = new Map<string, Reply[]>()

  on(what: string, ...replies: Reply[]) {
    this.answers.set(what, replies)
    return this
  }

  times(what: string): number {
    return this.asked.filter(a => `${a.method} ${a.path}` === what).length
  }

  reply(asked: Asked): Reply {
    const list = this.answers.get(`${asked.method} ${asked.path}`)
    if (!list?.length)
      throw new Error(`nobody answers ${asked.method} ${asked.path}`)
    return list.length > 1 ? list.shift()! : list[0]!
  }
}

/** `uni` with a storage that remembers and, when given, a server behind `request`. */
export function fakePhone(server?: Server) {
  const storage = new Map<string, unknown>()
  return {
    storage,
    getStorageSync: vi.fn((key: string) => storage.has(key) ? storage.get(key) : ''),
    setStorageSync: vi.fn((key: string, value: unknown) => storage.set(key, value)),
    removeStorageSync: vi.fn((key: string) => storage.delete(key)),
    getStorageInfoSync: () => ({ keys: [...storage.keys()] }),
    showModal: vi.fn(({ success }: { content: string, success?: (r: object) => void }) => success?.({ confirm: true, cancel: false })),
    showToast: vi.fn(),
    vibrateShort: vi.fn(),
    navigateTo: vi.fn(),
    redirectTo: vi.fn(),
    switchTab: vi.fn(),
    setNavigationBarTitle: vi.fn(),
    request: vi.fn((options: { url: string, method?: string, header?: Record<string, string>, data?: unknown, success: (r: object) => void, fail: (r: object) => void }) => {
      if (!server)
        throw new Error('no server in this test')
      const [path = '', query = ''] = options.url.replace(BASE, '').split('?')
      let over = false
      const end = (how: () => void) => {
        if (!over) {
          over = true
          how()
        }
      }
      const asked: Asked = {
        method: options.method ?? 'GET',
        path,
        query,
        header: options.header ?? {},
        body: options.data,
        abort: () => end(() => options.fail({ errMsg: 'request:fail abort' })),
      }
      server.asked.push(asked)
      Promise.resolve().then(() => server.reply(asked)).then((reply) => {
        end(() => {
          if (typeof reply === 'string')
            options.fail({ errMsg: reply === 'timeout' ? 'request:fail timeout' : 'request:fail' })
          else
            options.success({ statusCode: reply.status, data: reply.body, header: reply.header ?? {} })
        })
      })
      return { abort: asked.abort }
    }),
  }
}

export type Phone = ReturnType<typeof fakePhone>

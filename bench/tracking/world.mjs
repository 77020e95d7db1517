/** A world without real time: one phone with its storage, one network, one server, and a clock that only runs when told. */

import { Buffer } from 'node:buffer'
import { setImmediate } from 'node:timers/promises'

const BEGIN = Date.UTC(2026, 10, 26, 4)
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

export class World {
  now = 0
  /** How far the phone's clock is off. */
  skew = 0
  online = true
  /** Writing to the phone's storage fails. */
  full = false
  storage = new Map()
  timers = []
  serial = 0
  listeners = { network: [], hide: [], show: [] }
  server = { arrivals: [], bytes: 0, requests: 0 }
  /** What becomes of a request: `{ status, took, answered, delay, headers }`; see `calm`. */
  fate = calm

  constructor(seed = 1) {
    let state = seed
    this.random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
  }

  get wall() {
    return BEGIN + this.now + this.skew
  }

  later(run, delay, every = 0) {
    const timer = { id: ++this.serial, at: this.now + Math.max(Number(delay) || 0, 0), run, every, life: this.life }
    this.timers.push(timer)
    return timer.id
  }

  cancel(id) {
    this.timers = this.timers.filter(timer => timer.id !== id)
  }

  /** Lets time pass; whatever is due happens in its order. */
  async pass(ms) {
    const until = this.now + ms
    for (;;) {
      await setImmediate()
      const due = this.timers.filter(timer => timer.at <= until).sort((a, b) => a.at - b.at || a.id - b.id)[0]
      if (!due)
        break
      this.now = Math.max(this.now, due.at)
      if (due.every)
        due.at = this.now + due.every
      else
        this.cancel(due.id)
      due.run()
    }
    this.now = until
  }

  goOnline(online) {
    this.online = online
    this.listeners.network.forEach(told => told({ isConnected: online, networkType: online ? 'wifi' : 'none' }))
  }

  /** The app's process ends at once: nothing of it runs any more; its storage stays. */
  kill() {
    this.timers = this.timers.filter(timer => timer.life !== this.life)
    this.life = undefined
    this.listeners = { network: [], hide: [], show: [] }
  }

  /** What a program sees of the phone: `wx` (and `uni`, which is the same here), timers, clock, chance. */
  phone() {
    const life = this.life = {}
    const world = this
    const alive = run => (...given) => world.life === life && run?.(...given)
    class PhoneDate extends Date {
      constructor(...given) {
        super(...(given.length ? given : [world.wall]))
      }

      static now() {
        return world.wall
      }
    }
    const math = Object.create(Math, { random: { value: world.random } })
    const wx = wechat(world, alive)
    return {
      wx,
      uni: wx,
      Date: PhoneDate,
      Math: math,
      setTimeout: (run, delay, ...given) => world.later(() => run(...given), delay),
      setInterval: (run, delay, ...given) => world.later(() => run(...given), delay, Math.max(delay, 1)),
      clearTimeout: id => world.cancel(id),
      clearInterval: id => world.cancel(id),
      console: { log() {}, info() {}, warn() {}, error() {} },
      App: given => given,
      Page: given => given,
      Component: given => given,
      Behavior: given => given,
      getApp: () => ({}),
      getCurrentPages: () => [],
    }
  }
}

/** Everything arrives, the answer takes 80 ms. */
export const calm = () => ({ status: 200, took: true, answered: true, delay: 80 })

function wechat(world, alive) {
  const done = (options, result) => {
    world.later(alive(() => {
      options?.success?.(result)
      options?.complete?.(result)
    }), 1)
  }
  const put = (key, value) => {
    if (world.full)
      throw new Error('setStorageSync:fail exceed storage max size 10Mb')
    world.storage.set(key, structuredClone(value))
  }
  const system = { platform: 'android', system: 'Android 14', SDKVersion: '3.7.0', version: '8.0.60', brand: 'x', model: 'y', screenWidth: 390, screenHeight: 844, windowWidth: 390, windowHeight: 760, pixelRatio: 3, language: 'zh_CN' }
  return {
    canIUse: () => true,
    request: options => request(world, alive, options),
    getStorageSync: key => structuredClone(world.storage.get(key) ?? ''),
    setStorageSync: put,
    removeStorageSync: key => world.storage.delete(key),
    getStorageInfoSync: () => ({ keys: [...world.storage.keys()], currentSize: 1, limitSize: 10_240 }),
    getStorage: (options) => {
      const found = world.storage.get(options.key)
      world.later(alive(() => {
        if (found === undefined)
          options.fail?.({ errMsg: 'getStorage:fail data not found' })
        else
          options.success?.({ data: structuredClone(found) })
        options.complete?.({})
      }), 1)
    },
    setStorage: (options) => {
      try {
        put(options.key, options.data)
        done(options, {})
      }
      catch (error) {
        world.later(alive(() => options.fail?.({ errMsg: error.message })), 1)
      }
    },
    getNetworkType: options => done(options, { networkType: world.online ? 'wifi' : 'none' }),
    onNetworkStatusChange: told => world.listeners.network.push(alive(told)),
    offNetworkStatusChange() {},
    onAppHide: told => world.listeners.hide.push(alive(told)),
    onAppShow: told => world.listeners.show.push(alive(told)),
    getSystemInfo: options => done(options, system),
    getSystemInfoSync: () => system,
    getDeviceInfo: () => system,
    getWindowInfo: () => system,
    getAppBaseInfo: () => system,
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wxbench', envVersion: 'release', version: '1.0.0' } }),
    getLaunchOptionsSync: () => ({ path: 'pages/home/home', query: {}, scene: 1001, referrerInfo: {} }),
    getEnterOptionsSync: () => ({ path: 'pages/home/home', query: {}, scene: 1001, referrerInfo: {} }),
    login: options => done(options, { code: 'code' }),
    setNavigationBarTitle() {},
  }
}

function request(world, alive, options) {
  const body = typeof options.data === 'string' ? options.data : JSON.stringify(options.data ?? '')
  const { server } = world
  const sentAt = world.now
  server.requests++
  const fail = errMsg => alive(() => {
    options.fail?.({ errMsg })
    options.complete?.({ errMsg })
  })
  if (!world.online) {
    world.later(fail('request:fail net::ERR_INTERNET_DISCONNECTED'), 20)
    return { abort() {} }
  }
  server.bytes += Buffer.byteLength(body)
  const fate = world.fate({ body, number: server.requests, now: world.now })
  // The server acts half way, whether or not the phone still lives.
  world.later(() => {
    const reply = fate.took ? world.receive(body, options) : ''
    if (!fate.answered) {
      world.later(fail('request:fail timeout'), Math.max((options.timeout ?? 60_000) - (world.now - sentAt), 0))
      return
    }
    const answer = { statusCode: fate.status, data: reply, header: { Date: new Date(BEGIN + world.now).toUTCString(), ...fate.headers } }
    world.later(alive(() => {
      options.success?.(answer)
      options.complete?.(answer)
    }), fate.delay / 2)
  }, fate.delay / 2)
  return { abort() {} }
}

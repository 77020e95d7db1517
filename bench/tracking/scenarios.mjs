/** What can go wrong with a phone, its network and a server. Each scenario tells how many events the app recorded. */

import { Buffer } from 'node:buffer'
import { calm, HOUR, MINUTE, SECOND } from './world.mjs'

const refuses = (status, until, headers = {}) => ({ now }) =>
  now < until ? { status, took: false, answered: true, delay: 80, headers } : calm()

/** One event every `gap` ms. */
async function browse(world, track, first, count, gap = SECOND) {
  for (let number = first; number < first + count; number++) {
    track(number)
    await world.pass(gap)
  }
}

export const SCENARIOS = [
  {
    name: 'calm',
    async play(world, start) {
      const track = start()
      await browse(world, track, 0, 200)
      return 200
    },
  },
  {
    name: 'HTTP 500 for 2 minutes',
    async play(world, start) {
      world.fate = refuses(500, 2 * MINUTE)
      const track = start()
      await browse(world, track, 0, 200)
      return 200
    },
  },
  {
    name: 'HTTP 429 for 2 minutes',
    async play(world, start) {
      world.fate = refuses(429, 2 * MINUTE, { 'Retry-After': '30' })
      const track = start()
      await browse(world, track, 0, 200)
      return 200
    },
  },
  {
    name: 'HTTP 413 above 4 KB, always',
    unmended: true,
    async play(world, start) {
      world.fate = ({ body }) => Buffer.byteLength(body) > 4_096
        ? { status: 413, took: false, answered: true, delay: 80 }
        : calm()
      const track = start()
      await browse(world, track, 0, 200, 100)
      return 200
    },
  },
  {
    name: 'answers lost for 2 minutes',
    async play(world, start) {
      world.fate = ({ now }) => now < 2 * MINUTE ? { took: true, answered: false, delay: 80 } : calm()
      const track = start()
      await browse(world, track, 0, 200)
      return 200
    },
  },
  {
    name: 'requests lost for 2 minutes',
    async play(world, start) {
      world.fate = ({ now }) => now < 2 * MINUTE ? { took: false, answered: false, delay: 80 } : calm()
      const track = start()
      await browse(world, track, 0, 200)
      return 200
    },
  },
  {
    name: 'offline for 5 seconds',
    async play(world, start) {
      const track = start()
      await browse(world, track, 0, 60)
      world.goOnline(false)
      await browse(world, track, 60, 20, 250)
      world.goOnline(true)
      await browse(world, track, 80, 60)
      return 140
    },
  },
  {
    name: 'offline for an hour',
    async play(world, start) {
      const track = start()
      world.goOnline(false)
      await browse(world, track, 0, 400, 9 * SECOND)
      world.goOnline(true)
      await browse(world, track, 400, 20)
      return 420
    },
  },
  {
    name: 'killed between send and answer',
    async play(world, start) {
      let recorded = 0
      for (let life = 0; life < 20; life++) {
        const track = start()
        await world.pass(1_200)
        await browse(world, track, recorded, 20, 100)
        recorded += 20
        const before = world.server.requests
        for (let wait = 0; wait < 100 && world.server.requests === before; wait++)
          await world.pass(100)
        // Now and then after the server took it, now and then on the way there.
        await world.pass(life % 2 ? 60 : 10)
        world.kill()
        await world.pass(5 * SECOND)
      }
      start()
      return recorded
    },
  },
  {
    name: 'killed while offline',
    async play(world, start) {
      let track = start()
      await world.pass(2 * SECOND)
      world.goOnline(false)
      await browse(world, track, 0, 30, 100)
      world.kill()
      await world.pass(HOUR)
      world.goOnline(true)
      track = start()
      await browse(world, track, 30, 5)
      return 35
    },
  },
  {
    name: 'clock set 2 days ahead, then 1 hour back',
    clock: true,
    async play(world, start) {
      const track = start()
      await browse(world, track, 0, 50)
      world.skew += 48 * HOUR
      await browse(world, track, 50, 50)
      world.skew -= 49 * HOUR
      await browse(world, track, 100, 50)
      return 150
    },
  },
  {
    name: 'storage full, offline for 5 minutes',
    async play(world, start) {
      const track = start()
      await browse(world, track, 0, 20)
      world.full = true
      world.goOnline(false)
      await browse(world, track, 20, 100, 3 * SECOND)
      world.goOnline(true)
      await browse(world, track, 120, 20)
      return 140
    },
  },
  {
    name: '700 events in a second',
    async play(world, start) {
      const track = start()
      await world.pass(2 * SECOND)
      for (let number = 0; number < 700; number++) {
        track(number)
        if (number % 10 === 9)
          await world.pass(14)
      }
      return 700
    },
  },
  {
    name: '700 events in a second, offline',
    async play(world, start) {
      const track = start()
      await world.pass(2 * SECOND)
      world.goOnline(false)
      for (let number = 0; number < 700; number++) {
        track(number)
        if (number % 10 === 9)
          await world.pass(14)
      }
      await world.pass(MINUTE)
      world.goOnline(true)
      return 700
    },
  },
  {
    name: '1,500 events offline, past the cap',
    beyondCap: true,
    async play(world, start) {
      const track = start()
      await world.pass(2 * SECOND)
      world.goOnline(false)
      await browse(world, track, 0, 1_500, SECOND)
      world.goOnline(true)
      return 1_500
    },
  },
]

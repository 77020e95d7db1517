/** The clients under test, each loaded anew from its published build or source for every start of the app. */

import { Buffer } from 'node:buffer'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { gzipSync } from 'node:zlib'

const here = dirname(fileURLToPath(import.meta.url))
const miniapp = join(here, '..', '..', 'miniapp')

/** One of our source files with all it needs, as small as the mini program ships it. */
async function bundled(name) {
  const { default: esbuild } = await import(join(miniapp, 'node_modules', 'esbuild', 'lib', 'main.js'))
  const { outputFiles: [file] } = await esbuild.build({
    entryPoints: [join(miniapp, 'src', 'tracking', name)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    globalName: 'tracking',
    target: 'es2018',
    alias: { '@': join(miniapp, 'src') },
    define: { 'import.meta.env': '{}' },
  })
  return file
}

async function ours() {
  const file = await bundled('tracker.ts')
  const whole = await bundled('index.ts')
  return {
    name: 'fangcun',
    cap: 1_000,
    size: whole.contents.length,
    zipped: gzipSync(whole.contents).length,
    start(world) {
      const sandbox = vm.createContext(world.phone())
      vm.runInContext(file.text, sandbox)
      const { Tracker } = vm.runInContext('tracking', sandbox)
      const tracker = new Tracker({ endpoint: () => 'https://shop/api/v1/events', program: () => 'wxbench', token: () => null })
      world.listeners.network.push(({ isConnected }) => isConnected && tracker.wake())
      world.listeners.hide.push(() => tracker.flush())
      return (number) => {
        tracker.record('goods_viewed', '/pages/goods', { number, title: '有机草莓 500g 礼盒装', price: 3_990 })
      }
    },
    /** Answers as `POST /api/v1/events` does: each event once for each phone. */
    receive(server, body) {
      const batch = JSON.parse(body)
      const known = server.known ??= new Set()
      const before = known.size
      for (const event of batch.events) {
        const key = `${batch.device_id}/${event.id}`
        const skew = server.wall() - batch.sent_at
        const ts = event.ts + (skew >= 0 && skew <= 5_000 ? 0 : skew)
        server.arrivals.push({ number: event.props.number, fresh: !known.has(key), ts, report: event.name === 'events_dropped' ? event.props : null })
        known.add(key)
      }
      return { accepted: batch.events.map(event => event.id), rejected: [], duplicate: known.size === before }
    },
  }
}

const SENSORS = join(here, 'node_modules', 'sa-sdk-miniprogram', 'dist', 'wechat', 'sensorsdata.cjs.js')

function sensors() {
  const source = readFileSync(SENSORS)
  return {
    name: 'sensors',
    cap: 500,
    size: source.length,
    zipped: gzipSync(source).length,
    start(world) {
      const sandbox = vm.createContext({ ...world.phone(), module: { exports: {} }, exports: {}, require: () => ({}), global: {} })
      vm.runInContext(source.toString(), sandbox)
      const sa = vm.runInContext('module.exports.default ?? module.exports', sandbox)
      sa.setPara({ server_url: 'https://shop/sa?project=bench', show_log: false, batch_send: true, autoTrack: { appLaunch: false, appShow: false, appHide: false, pageShow: false, pageShare: false, mpFavorite: false } })
      sa.init()
      return number => sa.track('goods_viewed', { number, title: '有机草莓 500g 礼盒装', price: 3_990 })
    },
    receive(server, body) {
      const known = server.known ??= new Set()
      for (const event of decoded(body)) {
        if (event.event !== 'goods_viewed')
          continue
        const key = `${event.distinct_id}/${event._track_id}/${event.time}`
        server.arrivals.push({ number: event.properties.number, fresh: !known.has(key), ts: event.time })
        known.add(key)
      }
      return ''
    },
  }
}

/** A Sensors body: `data_list=` (or `data=`), URL-encoded base64 of JSON. */
function decoded(body) {
  const form = new URLSearchParams(body)
  const text = form.get('data_list') ?? form.get('data')
  const events = JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
  return Array.isArray(events) ? events : [events]
}

/** The clients, ours first; without the others' published builds it is alone. */
export async function clients() {
  return [await ours(), ...(existsSync(SENSORS) ? [sensors()] : [])]
}

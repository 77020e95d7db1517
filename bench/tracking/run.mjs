/**
 * Tortures tracking clients in one made-up WeChat and prints what became of every event.
 *
 *     npm ci --prefix bench/tracking     once: brings the published build of Sensors
 *     node bench/tracking/run.mjs [--json]
 *
 * `duplicated` are events that count twice although the server tells them apart by the ids that the client gives
 * them; `resent` came again and were known by their ids.
 *
 * Ends with 1 when our client lost an event within its cap, let one count twice, or did not report a drop.
 */

import process from 'node:process'
import { clients } from './clients.mjs'
import { SCENARIOS } from './scenarios.mjs'
import { calm, HOUR, World } from './world.mjs'

async function tortured(client, scenario) {
  const world = new World(7)
  world.server.wall = () => world.wall - world.skew
  world.receive = body => client.receive(world.server, body)
  const recordedAt = new Map()
  const start = () => {
    const track = client.start(world)
    return (number) => {
      recordedAt.set(number, world.wall - world.skew)
      track(number)
    }
  }
  const recorded = await scenario.play(world, start)
  // Everybody gets an hour, with the app put aside and opened again in between, to bring what is left.
  if (!scenario.unmended)
    world.fate = calm
  world.full = false
  await world.pass(HOUR / 2)
  world.listeners.hide.forEach(told => told({}))
  world.listeners.show.forEach(told => told({}))
  await world.pass(HOUR / 2)

  const events = world.server.arrivals.filter(arrival => !arrival.report)
  const counted = events.filter(arrival => arrival.fresh)
  const numbers = new Set(counted.map(arrival => arrival.number))
  const reported = world.server.arrivals.filter(a => a.report && a.fresh).reduce((sum, a) => sum + a.report.dropped + a.report.parked, 0)
  const errors = counted.map(arrival => Math.abs(arrival.ts - recordedAt.get(arrival.number)))
  return {
    client: client.name,
    scenario: scenario.name,
    recorded,
    arrived: numbers.size,
    lost: recorded - numbers.size,
    duplicated: counted.length - numbers.size,
    resent: events.length - counted.length,
    reported,
    worstClockErrorMs: errors.length ? Math.round(Math.max(...errors)) : 0,
    requests: world.server.requests,
    bytes: world.server.bytes,
  }
}

function table(rows) {
  const columns = ['scenario', 'client', 'recorded', 'arrived', 'lost', 'reported', 'duplicated', 'resent', 'worstClockErrorMs', 'requests', 'bytes']
  const widths = columns.map(name => Math.max(name.length, ...rows.map(row => String(row[name]).length)))
  const line = cells => cells.map((cell, n) => n < 2 ? String(cell).padEnd(widths[n]) : String(cell).padStart(widths[n])).join('  ')
  return [line(columns), ...rows.map(row => line(columns.map(name => row[name])))].join('\n')
}

const all = await clients()
const rows = []
for (const scenario of SCENARIOS) {
  for (const client of all)
    rows.push(await tortured(client, scenario))
}
const sizes = all.map(({ name, size, zipped, cap }) => ({ client: name, bytes: size, gzip: zipped, cap }))
const failed = rows.filter(row => row.client === 'fangcun' && (row.duplicated > 0 || row.lost !== row.reported || (row.lost > 0 && row.recorded <= all[0].cap)))
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ rows, sizes })}\n`)
}
else {
  const total = name => rows.filter(row => row.client === name).reduce((sum, row) => sum + row.lost - row.reported, 0)
  process.stdout.write(`${table(rows)}\n\n`)
  for (const { client, bytes, gzip, cap } of sizes)
    process.stdout.write(`${client}: ${(bytes / 1024).toFixed(1)} KB (${(gzip / 1024).toFixed(1)} KB zipped), keeps at most ${cap} events, lost without a word: ${total(client)}\n`)
}
if (failed.length > 0 || sizes[0].bytes > 15 * 1024)
  process.exitCode = 1

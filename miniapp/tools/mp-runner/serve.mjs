#!/usr/bin/env node
// node serve.mjs OUT [--port 0] [--platform URL] [--box URL] [--appid ID] [--user NAME]
// Serves a packed mini program on 127.0.0.1 and hands /api/ to the platform and /_box/ to wechatbox, so that all is one origin.
import { createReadStream, statSync } from 'node:fs'
import { createServer, request } from 'node:http'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json', '.png': 'image/png', '.jpg': 'image/jpeg', '.svg': 'image/svg+xml', '.webp': 'image/webp', '.gif': 'image/gif' }

const { values: options, positionals: [out] } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    platform: { type: 'string', default: '' },
    box: { type: 'string', default: '' },
    appid: { type: 'string', default: 'wx0000000000000000' },
    user: { type: 'string', default: '小方' },
  },
})
if (!out) {
  console.error('usage: node serve.mjs OUT [--port 0] [--platform URL] [--box URL] [--appid ID] [--user NAME]')
  process.exit(2)
}
const root = path.resolve(out)

function forward(target, incoming, outgoing) {
  const url = new URL(incoming.url, target)
  const onward = request(url, { method: incoming.method, headers: { ...incoming.headers, host: url.host } }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', error => outgoing.writeHead(502).end(String(error.message)))
  incoming.pipe(onward)
}

function send(pathname, outgoing) {
  const file = path.join(root, path.normalize(decodeURIComponent(pathname)))
  const found = file.startsWith(root + path.sep) && statSync(file, { throwIfNoEntry: false })?.isFile()
  if (!found)
    return outgoing.writeHead(404).end()
  outgoing.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'Cache-Control': 'no-store' })
  createReadStream(file).pipe(outgoing)
}

const server = createServer((incoming, outgoing) => {
  const { pathname } = new URL(incoming.url, 'http://localhost')
  if (pathname.startsWith('/api/') && options.platform)
    return forward(options.platform, incoming, outgoing)
  if (pathname.startsWith('/_box/') && options.box)
    return forward(options.box, incoming, outgoing)
  if (pathname === '/runner.json')
    return outgoing.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ appid: options.appid, user: options.user, box: Boolean(options.box), offline: !options.platform }))
  send(pathname === '/' ? '/index.html' : pathname, outgoing)
})
server.listen(Number(options.port), '127.0.0.1', () => console.warn(`listening on http://127.0.0.1:${server.address().port}`))
process.on('SIGTERM', () => process.exit(0))

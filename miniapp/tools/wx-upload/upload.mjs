#!/usr/bin/env node
// node upload.mjs < JSON: uploads a built mini program, or makes a preview of it, with WeChat's own miniprogram-ci.
// The JSON has {action: upload|preview, appid, folder, key, version, desc, robot, qrcode}; `key` is the path of the
// private key, `qrcode` where the preview's picture goes. Each line of the answer is JSON: {progress}, {result} or {error}.
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

// The same copy that checks builds: a second one would weigh another 276 MB.
const beside = path.join(path.dirname(fileURLToPath(import.meta.url)), '../wx-check/package.json')
const ci = createRequire(beside)('miniprogram-ci')
const say = line => process.stdout.write(`${JSON.stringify(line)}\n`)
// What it prints by itself is no JSON of ours.
console.log = console.info = console.warn = (...words) => process.stderr.write(`${words.join(' ')}\n`)

async function main({ action, appid, folder, key, version, desc, robot, qrcode }) {
  const project = new ci.Project({ appid, type: 'miniProgram', projectPath: folder, privateKeyPath: key, ignores: ['node_modules/**/*'] })
  const common = {
    project,
    desc,
    robot,
    setting: { es6: true, minify: true },
    onProgressUpdate: task => say({ progress: typeof task === 'string' ? task : `${task.status ?? ''} ${task.message ?? ''}`.trim() }),
  }
  if (action === 'preview')
    return ci.preview({ ...common, version: version || '0.0.0', qrcodeFormat: 'image', qrcodeOutputDest: qrcode })
  return ci.upload({ ...common, version })
}

text(process.stdin).then(asked => main(JSON.parse(asked))).then(
  (done) => {
    say({ result: { subPackageInfo: done.subPackageInfo ?? [], pluginInfo: done.pluginInfo ?? [] } })
    process.exit(0)
  },
  (error) => {
    say({ error: String(error?.message ?? error).slice(0, 2000), code: error?.code ?? null })
    process.exit(1)
  },
)

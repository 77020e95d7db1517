import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { after, test } from 'node:test'
import { check } from '../check.mjs'

const BUDGETS = { main_kb: 20, package_kb: 10 }
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64')
const scratch = mkdtempSync(path.join(os.tmpdir(), 'wx-check-test-'))

after(() => {
  rmSync(scratch, { recursive: true })
  setImmediate(() => process.exit()) // the compiler leaves its workers running
})

/** A small, faultless mini program: two tabs, a component, a sub-package. */
function build(name) {
  const tab = page => ({ pagePath: page, text: page.slice(-4), iconPath: 'tab.png', selectedIconPath: 'tab.png' })
  const files = {
    'app.json': JSON.stringify({
      lazyCodeLoading: 'requiredComponents',
      pages: ['pages/home/home', 'pages/cart/cart'],
      subPackages: [{ root: 'goods', pages: ['detail/detail'] }],
      tabBar: { color: '#000000', selectedColor: '#ff0000', backgroundColor: '#ffffff', list: [tab('pages/home/home'), tab('pages/cart/cart')] },
    }),
    'project.config.json': '{"appid":"wx0000000000000000","compileType":"miniprogram"}',
    'app.js': 'require("./price.js");App({})',
    'app.wxss': 'page { color: #333 }',
    'price.js': 'module.exports = fen => (fen / 100).toFixed(2)',
    'card/card.json': '{"component":true}',
    'card/card.js': 'Component({})',
    'card/card.wxml': '<view><slot></slot></view>',
    'pages/home/home.json': '{"usingComponents":{"card":"/card/card"}}',
  }
  for (const page of ['pages/home/home', 'pages/cart/cart', 'goods/detail/detail']) {
    files[`${page}.js`] = 'Page({ data: { price: 1 } })'
    files[`${page}.json`] ??= '{}'
    files[`${page}.wxml`] = '<view wx:if="{{price > 0}}">{{price}}</view>'
    files[`${page}.wxss`] = '.price { color: red }'
  }
  files['pages/home/home.wxml'] = '<card><view>{{price}}</view></card>'
  const root = path.join(scratch, name)
  const write = (file, content) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), content)
  }
  for (const [file, content] of Object.entries(files)) write(file, content)
  write('tab.png', PIXEL)
  return {
    root,
    write,
    append: (file, content) => appendFileSync(path.join(root, file), content),
    remove: file => rmSync(path.join(root, file)),
  }
}

test('a faultless build has no findings', async () => {
  const { root } = build('good')
  const report = await check(root, BUDGETS)
  assert.deepEqual(report.findings, [])
  assert.equal(report.ok, true)
  assert.deepEqual(Object.keys(report.packages), ['', 'goods/'])
})

const FAULTS = {
  'an unclosed tag': ['wxml', 'pages/home/home.wxml', app => app.write('pages/home/home.wxml', '<card><view>{{price}}</card>')],
  'a broken expression': ['wxml', 'pages/cart/cart.wxml', app => app.append('pages/cart/cart.wxml', '<view>{{price +}}</view>')],
  'a broken style sheet': ['compiler', 'pages/cart/cart.wxss', app => app.append('pages/cart/cart.wxss', '.a { color: red')],
  'broken JavaScript': ['compiler', 'pages/cart/cart.js', app => app.append('pages/cart/cart.js', '\nconst = 1')],
  'broken JSON': ['compiler', 'pages/cart/cart.json', app => app.append('pages/cart/cart.json', ',')],
  'a missing page': ['compiler', 'pages/cart/cart', app => app.remove('pages/cart/cart.wxml')],
  'a missing component': ['compiler', 'card/card', app => app.remove('card/card.json')],
  'a missing module': ['require', 'app.js', app => app.remove('price.js')],
  'a missing tab icon': ['compiler', 'tab.png', app => app.remove('tab.png')],
  'a package above its budget': ['size', 'goods/', app => app.append('goods/detail/detail.js', `\nmodule.exports = "${'x'.repeat(11_000)}"`)],
}

for (const [name, [kind, place, plant]] of Object.entries(FAULTS)) {
  test(`finds ${name}`, async () => {
    const app = build(name.replace(/ /g, '-'))
    plant(app)
    const { ok, findings } = await check(app.root, BUDGETS)
    assert.equal(ok, false)
    const found = findings.find(finding => finding.check === kind && `${finding.file} ${finding.message}`.includes(place))
    assert.ok(found, `expected a ${kind} finding about ${place}, got ${JSON.stringify(findings)}`)
  })
}

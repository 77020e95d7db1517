import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import vm from 'node:vm'
import { pack } from '../pack.mjs'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'mp-runner-test-'))
after(() => rmSync(scratch, { recursive: true }))

function build(name, changes = {}) {
  const files = {
    'app.json': '{"pages":["home/home"]}',
    'app.js': 'App({})',
    'app.wxss': '@import "./shared.wxss"; page { color: red }',
    'shared.wxss': '.shared { width: 75rpx; height: 50vh }',
    'home/home.json': '{}',
    'home/home.js': 'module.exports = typeof window + typeof document + typeof fetch',
    'home/home.wxml': '<view class="a" bindtap="go"><button>{{text}}</button></view>',
    'home/home.wxss': 'view .a, button { margin: -10rpx }',
    ...changes,
  }
  const root = path.join(scratch, name)
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), content)
  }
  return root
}

test('a faultless build becomes a page with its package, styles and runtime', () => {
  const out = path.join(scratch, 'good-out')
  assert.deepEqual(pack(build('good'), out), [])
  for (const name of ['index.html', 'runtime.js', 'runtime.css', 'package.js', 'package.css', 'pkg/app.js'])
    assert.ok(existsSync(path.join(out, name)), name)
})

test('built-in tags, page and the units of a phone are translated in the styles, each file once', () => {
  const out = path.join(scratch, 'styles-out')
  pack(build('styles'), out)
  const css = readFileSync(path.join(out, 'package.css'), 'utf8')
  assert.match(css, /\.shared \{ width: calc\(100cqw \* 75 \/ 750\); height: 50cqh \}/)
  assert.match(css, /\.mp-page \{ color: red \}/)
  assert.match(css, /:where\(\[data-route="home\/home"\]\) wx-view \.a,:where\(\[data-route="home\/home"\]\) +wx-button \{ margin: calc\(100cqw \* -10 \/ 750\) \}/)
  assert.equal(css.match(/\.shared/g).length, 1)
})

test('modules of the package do not see the browser', () => {
  const out = path.join(scratch, 'modules-out')
  pack(build('modules'), out)
  const window = { document: {}, fetch() {} }
  vm.runInNewContext(readFileSync(path.join(out, 'package.js'), 'utf8'), { window, document: {}, fetch() {} })
  const module = { exports: {} }
  window.__package.modules['home/home.js'](() => {}, module, module.exports)
  assert.equal(module.exports, 'undefinedundefinedundefined')
})

test('broken templates are named with file and line', () => {
  const broken = build('broken', { 'home/home.wxml': '<view>\n  {{a +}}\n</view>' })
  assert.deepEqual(pack(broken, path.join(scratch, 'broken-out')).map(({ file, line }) => [file, line]), [['home/home.wxml', 2]])
})

test('a folder that is no build is refused', () => {
  const empty = path.join(scratch, 'empty')
  mkdirSync(empty)
  assert.throws(() => pack(empty, path.join(scratch, 'empty-out')), /has no app\.json/)
  assert.equal(existsSync(path.join(scratch, 'empty-out')), false)
})

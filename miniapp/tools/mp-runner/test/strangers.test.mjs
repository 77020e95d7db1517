import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import vm from 'node:vm'
import { pack } from '../pack.mjs'
import { Journal } from '../runtime/journal.js'
import { channel } from '../runtime/channel.js'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'mp-runner-strangers-'))
after(() => rmSync(scratch, { recursive: true }))

function packed(name, files) {
  const root = path.join(scratch, name)
  const all = { 'app.json': '{"pages":["home/home"]}', 'app.js': 'App({})', 'home/home.js': 'Page({})', 'home/home.wxml': '<view/>', ...files }
  for (const [file, content] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), content)
  }
  const out = `${root}-out`
  const problems = pack(root, out)
  const window = {}
  vm.runInNewContext(readFileSync(path.join(out, 'package.js'), 'utf8'), { window })
  return { problems, pack: window.__package, css: readFileSync(path.join(out, 'package.css'), 'utf8') }
}

function run(pack, file, require = () => {}) {
  const module = { exports: {} }
  pack.modules[file].call({}, require, module, module.exports)
  return module.exports
}

test('modules written with import and export become CommonJS', () => {
  const { pack: made } = packed('esm', { 'utils/a.js': 'export const a = 1', 'utils/b.js': 'import { a } from "./a"\nexport default a + 1' })
  assert.equal(run(made, 'utils/a.js').a, 1)
  assert.equal(run(made, 'utils/b.js', () => ({ a: 1 })).default, 2)
})

test('one script that can not be read throws by itself and names its line; the others run', () => {
  const { pack: made } = packed('broken', { 'utils/bad.js': 'const a = 1\nlet = ;', 'utils/good.js': 'module.exports = 2' })
  assert.throws(() => run(made, 'utils/bad.js'), /utils\/bad\.js:2/)
  assert.equal(run(made, 'utils/good.js'), 2)
})

test('a module may use names of the browser for its own', () => {
  const { pack: made } = packed('names', { 'utils/own.js': 'const history = [1]; const self = this; let location = 2; module.exports = history[0] + location' })
  assert.equal(run(made, 'utils/own.js'), 3)
})

test('a page may do without its .json, and JSON that is only data is left out', () => {
  const { pack: made } = packed('json', { 'data/cities.json': '[1]' })
  assert.equal(JSON.stringify(made.json), '{"app":{"pages":["home/home"]},"home/home":{"usingComponents":{}}}')
})

test('settings that can not be read are named, and the rest runs', () => {
  const { problems, pack: made } = packed('settings', { 'home/home.json': '{ "a": 1, }' })
  assert.deepEqual(problems.map(({ file }) => file), ['home/home.json'])
  assert.equal(JSON.stringify(made.json['home/home']), '{"usingComponents":{}}')
})

test('the styles of a component stay in it unless it opens itself, those of a page stay on the page', () => {
  const component = isolation => ({ 'a/a.js': `Component({ options: { ${isolation} } })`, 'a/a.json': '{"component":true}', 'a/a.wxml': '<view/>', 'a/a.wxss': '.t { color: red } :host { color: blue }' })
  const page = { 'home/home.wxss': '.t { color: green } page { color: black }' }
  const shut = packed('shut', { ...component(''), ...page })
  assert.match(shut.css, /\.sa_a--t \{ color: red \}/)
  assert.match(shut.css, /\[wx-host="?sa_a"?\] \{ color: blue \}/)
  assert.match(shut.css, /:where\(\[data-route="home\/home"\]\) \.t \{ color: green \}/)
  assert.match(shut.css, /\.mp-page\[data-route="?home\/home"?\] \{ color: black \}/)
  const open = packed('open', component('styleIsolation: "shared"'))
  assert.match(open.css, /^\.t \{ color: red \}/m)
  assert.equal(packed('half', component('addGlobalClass: true')).pack.scopes['a/a'].kind, 'apply-shared')
})

test('a style sheet that can not be read is left out', () => {
  assert.equal(packed('css', { 'home/home.wxss': '.t { color: red' }).css.trim(), '')
})

test('what an app throws is written down and stops nobody', () => {
  const journal = new Journal()
  assert.equal(journal.guard(() => 1), 1)
  assert.equal(journal.guard(() => { throw new TypeError('gone') }), undefined)
  assert.deepEqual(journal.entries.map(({ kind, name }) => [kind, name]), [['problem', 'throw']])
  assert.match(journal.errors[0], /TypeError: gone/)
})

test('timers of the package are counted until they have run, but a clock is not waited for', async () => {
  const journal = new Journal()
  const timers = journal.timersFor(10)
  const dropped = timers.setTimeout(() => {}, 50)
  assert.equal(journal.timers.size, 1)
  timers.clearTimeout(dropped)
  assert.equal(journal.timers.size, 0)
  let ticks = 0
  await new Promise((resolve) => {
    const tick = () => ++ticks < 6 ? timers.setTimeout(tick, 1) : resolve()
    tick()
  })
  assert.equal(ticks, 6)
  const waiting = []
  await new Promise((resolve) => {
    const again = () => {
      waiting.push(journal.timers.size)
      waiting.length < 6 ? timers.setTimeout(again, 1) : resolve()
    }
    again()
  })
  assert.deepEqual(waiting, [0, 0, 0, 0, 0, 0])
})

test('two pages speak through their channel', () => {
  const heard = []
  const between = channel({ chosen: value => heard.push(value) })
  between.emit('chosen', 1)
  between.once('seen', value => heard.push(value))
  between.emit('seen', 2)
  between.emit('seen', 3)
  between.off('chosen')
  between.emit('chosen', 4)
  assert.deepEqual(heard, [1, 2])
})

test('components are found beside the page, from the root, in npm packages and in app.json; the rest is named', () => {
  const component = name => ({ [`${name}.json`]: '{"component":true}', [`${name}.wxml`]: '<view/>', [`${name}.js`]: 'Component({})' })
  const { pack: made } = packed('components', {
    ...component('shared/card/index'),
    ...component('home/row'),
    ...component('miniprogram_npm/@vant/button/index'),
    'app.json': '{"pages":["home/home"],"usingComponents":{"van-button":"@vant/button"}}',
    'home/home.json': '{"usingComponents":{"card":"/shared/card/index","row":"row","live":"plugin://live/player","lost":"../lost/lost"}}',
  })
  assert.equal(JSON.stringify(made.json['home/home'].usingComponents), '{"van-button":"/miniprogram_npm/@vant/button/index","card":"/shared/card/index","row":"/home/row"}')
  assert.equal(JSON.stringify(made.missing), '[["home/home","lost","../lost/lost"]]')
})

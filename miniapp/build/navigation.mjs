#!/usr/bin/env node
// node build/navigation.mjs BUILD: reads out of a built WeChat package which pages each page opens and which events it
// records, and prints it as JSON. What cannot be read out of the code is listed under `opaque`.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { createContext, runInContext } from 'node:vm'
import { parseAst } from 'vite'

const ROUTES = 'shared/routes.js'
const TRACKING = 'tracking/index.js'
const VENDOR = 'common/vendor.js'
/** They know the pages' paths without opening any. */
const SILENT = new Set([ROUTES, TRACKING, VENDOR, 'plan/pages.js'])
const OPENING = new Set(['navigateTo', 'redirectTo', 'switchTab', 'reLaunch'])

const build = path.resolve(process.argv[2] ?? '')
const read = name => readFileSync(path.join(build, name), 'utf8')
const app = JSON.parse(read('app.json'))
const pages = [...app.pages, ...app.subPackages.flatMap(({ root, pages }) => pages.map(page => path.posix.join(root, page)))]
const pathOf = paths()
const opaque = new Set()
const known = new Map()

/** The path behind every route, asked from the built module itself. */
function paths() {
  const loaded = {}
  const stubs = { [VENDOR]: { ref: value => ({ value }), index: {} } }
  const load = (name) => {
    if (stubs[name])
      return stubs[name]
    if (!loaded[name]) {
      loaded[name] = {}
      const context = createContext({ exports: loaded[name], require: to => load(resolved(name, to)), encodeURIComponent })
      runInContext(read(name), context)
    }
    return loaded[name]
  }
  const { routes } = load(ROUTES)
  return Object.fromEntries(Object.entries(routes).map(([name, route]) => [name, route('x', 'x').split('?')[0].slice(1)]))
}

function resolved(from, to) {
  return path.posix.join(path.posix.dirname(from), to)
}

/** What one built module does itself: {needs, opens, links, back, tracks}. */
function moduleOf(name) {
  if (known.has(name))
    return known.get(name)
  const found = { needs: new Set(), opens: new Set(), links: false, back: false, tracks: new Set() }
  known.set(name, found)
  if (SILENT.has(name))
    return found
  const tree = parseAst(read(name), { sourceType: 'script' })
  const modules = new Map()
  each(tree, (node) => {
    if (node.type === 'VariableDeclarator' && isRequire(node.init))
      modules.set(node.id.name, resolved(name, node.init.arguments[0].value))
    if (isRequire(node))
      found.needs.add(resolved(name, node.arguments[0].value))
  })
  /** The name under which `node` is taken from a module: `r.open`, `e.unref(r.open)`. */
  const taken = (node, from) => {
    const inner = node?.type === 'CallExpression' && node.arguments.length === 1 && node.callee.property?.name === 'unref' ? node.arguments[0] : node
    return inner?.type === 'MemberExpression' && !inner.computed && modules.get(inner.object.name) === from ? inner.property.name : null
  }
  const isOpened = node => node.type === 'Identifier' || mentions(node, part => taken(part.object, ROUTES) === 'routes')
  let uses = 0
  let understood = 0
  each(tree, (node) => {
    if (node.type === 'MemberExpression') {
      uses += modules.get(node.object.name) === ROUTES && node.property.name === 'routes'
      if (taken(node.object, ROUTES) === 'routes') {
        understood += 1
        found.opens.add(pathOf[node.property.name])
      }
      found.back ||= taken(node, ROUTES) === 'back'
    }
    const text = node.type === 'Literal' ? node.value : node.type === 'TemplateElement' ? node.value.cooked : null
    if (typeof text === 'string' && pages.includes(text.split('?')[0].replace(/^\//, '')))
      found.opens.add(text.split('?')[0].replace(/^\//, ''))
    if (node.type !== 'CallExpression')
      return
    const [first] = node.arguments
    if (taken(node.callee, ROUTES) === 'open') {
      if (first.type === 'MemberExpression' && first.property.name === 'link')
        found.links = true
      else if (!isOpened(first))
        opaque.add(`${name}: open()`)
    }
    const verb = node.callee.type === 'MemberExpression' && node.callee.property.name
    if (OPENING.has(verb) && !isOpened(first))
      opaque.add(`${name}: ${verb}()`)
    if (taken(node.callee, TRACKING) === 'track') {
      if (first.type === 'Literal')
        found.tracks.add(first.value)
      else
        opaque.add(`${name}: track()`)
    }
  })
  if (uses !== understood)
    opaque.add(`${name}: routes`)
  return found
}

function isRequire(node) {
  return node?.type === 'CallExpression' && node.callee.name === 'require' && typeof node.arguments[0]?.value === 'string'
}

function each(node, visit) {
  if (Array.isArray(node))
    return node.forEach(part => each(part, visit))
  if (typeof node?.type !== 'string')
    return
  visit(node)
  Object.values(node).forEach(part => typeof part === 'object' && each(part, visit))
}

function mentions(node, test) {
  let found = false
  each(node, part => found ||= test(part))
  return found
}

/** Everything that a page's own code, its components' and that of what they need does. */
function reached(start) {
  const result = { opens: new Set(), links: false, back: false, tracks: new Set() }
  const seen = new Set()
  const go = (name) => {
    if (seen.has(name))
      return
    seen.add(name)
    const one = moduleOf(name)
    one.opens.forEach(page => result.opens.add(page))
    one.tracks.forEach(event => result.tracks.add(event))
    result.links ||= one.links
    result.back ||= one.back
    one.needs.forEach(go)
    const config = name.replace(/\.js$/, '.json')
    if (existsSync(path.join(build, config))) {
      for (const component of Object.values(JSON.parse(read(config)).usingComponents ?? {}))
        go(`${component.startsWith('/') ? component.slice(1) : resolved(name, component)}.js`)
    }
  }
  go(start)
  return { opens: [...result.opens].sort(), links: result.links, back: result.back, tracks: [...result.tracks].sort() }
}

const found = Object.fromEntries(pages.map(page => [page, reached(`${page}.js`)]))
process.stdout.write(`${JSON.stringify({ pages: found, app: reached('app.js'), opaque: [...opaque].sort() }, null, 2)}\n`)

import { anything } from './wx/stub.js'

/** Loads the package's modules as WeChat does, and gives them the globals App, Page, Component and their kin. */
export function createLoader({ json, modules, templates }, { codeSpace }, pages, wx, { journal, hurry }) {
  const loaded = new Map()
  const registered = new Set()
  const timers = journal.timersFor(hurry)
  const given = [timers.setTimeout, timers.setInterval, timers.clearTimeout, timers.clearInterval, () => anything(journal)]
  let registering = ''
  let defined = false
  let app

  function load(file) {
    if (loaded.has(file))
      return loaded.get(file).exports
    const module = { exports: {} }
    loaded.set(file, module)
    const require = (name, done, failed) => {
      if (!done)
        return load(find(file, name))
      require.async(name).then(done, failed) // a module of another sub-package
    }
    require.async = async name => load(find(file, name))
    modules[file].call(module.exports, require, module, module.exports, ...given)
    return module.exports
  }

  function find(from, name) {
    const found = placesOf(from, name).flatMap(base => [base, `${base}.js`, `${base}/index.js`]).find(candidate => candidate in modules)
    if (!found)
      throw new Error(`module '${name}' is not there, required by ${from}`)
    return found
  }

  function findComponent(from, name) {
    return placesOf(from, name).flatMap(base => [base, `${base}/index`]).find(candidate => candidate in json && candidate in templates)
  }

  /** Registers a page or component with everything it uses, the first time it is needed. */
  function register(name) {
    if (registered.has(name))
      return
    registered.add(name)
    for (const [tag, used] of Object.entries({ ...json.app.usingComponents, ...json[name]?.usingComponents })) {
      const component = used.includes('://') ? undefined : findComponent(name, used)
      if (component)
        register(component)
      else if (!used.includes('://'))
        journal.problem('load', `${name}.json: component <${tag}> ${used} is not there`)
    }
    registering = name
    defined = false
    if (`${name}.js` in modules)
      journal.guard(() => load(`${name}.js`), 'load')
    else
      journal.problem('load', `${name}.js is not there`)
    // what threw while it loaded has no component; without one nothing would be drawn
    if (!defined)
      codeSpace.component(name).definition({}).register()
  }

  const define = (make) => {
    if (defined)
      return
    defined = true
    make(codeSpace.component(registering))
  }
  const known = behaviors => behaviors?.filter(behavior => behavior && typeof behavior !== 'string')
  Object.assign(globalThis, {
    wx,
    global: globalThis,
    getApp: options => app ?? (options?.allowDefault ? app = {} : undefined),
    getCurrentPages: () => pages.stack.map(entry => entry.page),
    App: (options) => {
      app = Object.assign(app ?? {}, options)
    },
    Page: options => define(component => component.pageDefinition({ ...options, behaviors: known(options.behaviors) }).register()),
    Component: (options) => {
      define(component => component.definition({ ...options, behaviors: known(options.behaviors) }).register())
      return registering
    },
    Behavior: options => codeSpace.behavior().definition({ ...options, behaviors: known(options.behaviors) }).register(),
    getRegExp: (pattern, flags) => new RegExp(pattern, flags),
    getDate: (...parts) => new Date(...parts),
    requirePlugin: () => anything(journal),
    __wxConfig: { envVersion: 'develop' },
  })
  return { load, register, app: () => app ?? {} }
}

/** Where WeChat looks for `name`: beside the file, from the root, then among the npm packages of every folder above. */
function placesOf(from, name) {
  const folders = from.split('/').slice(0, -1)
  const above = folders.map((_, index) => folders.slice(0, folders.length - index).join('/')).concat('')
  return [resolve(from, name), ...(name.startsWith('.') ? [] : [name.replace(/^\//, '')]), ...above.map(folder => resolve(`${folder}/x`, `./miniprogram_npm/${name}`))]
}

function resolve(from, name) {
  const parts = name.startsWith('/') ? [] : from.split('/').slice(0, -1).filter(Boolean)
  for (const part of name.split('/')) {
    if (part === '..')
      parts.pop()
    else if (part && part !== '.')
      parts.push(part)
  }
  return parts.join('/')
}

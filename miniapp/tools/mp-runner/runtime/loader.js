import { placesOf } from '../pack/places.js'
import { anything } from './wx/stub.js'

/** Loads the package's modules as WeChat does, and gives them the globals App, Page, Component and their kin. */
export function createLoader({ json, modules, missing }, { codeSpace }, pages, wx, { journal, hurry }) {
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

  /** Registers a page or component with everything it uses, the first time it is needed. */
  function register(name) {
    if (registered.has(name))
      return
    registered.add(name)
    for (const used of Object.values(json[name]?.usingComponents ?? {}))
      register(used.slice(1))
    for (const [, tag, used] of missing.filter(([user]) => user === name))
      journal.problem('load', `${name}.json: component <${tag}> ${used} is not there`)
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

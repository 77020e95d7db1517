/** Loads the package's modules as WeChat does, and gives them the globals App, Page, Component and their kin. */
export function createLoader({ json, modules }, { codeSpace }, pages, wx) {
  const loaded = new Map()
  const registered = new Set()
  let registering = ''
  let app

  function load(file) {
    if (loaded.has(file))
      return loaded.get(file).exports
    const module = { exports: {} }
    loaded.set(file, module)
    const require = name => load(find(file, name))
    require.async = async name => require(name)
    modules[file](require, module, module.exports)
    return module.exports
  }

  function find(from, name) {
    const base = resolve(from, name)
    const found = [base, `${base}.js`, `${base}/index.js`].find(candidate => candidate in modules)
    if (!found)
      throw new Error(`module '${name}' is not there, required by ${from}`)
    return found
  }

  /** Registers a page or component with everything it uses, the first time it is needed. */
  function register(name) {
    if (registered.has(name))
      return
    registered.add(name)
    if (!(name in json))
      throw new Error(`component ${name} has no ${name}.json`)
    for (const used of Object.values({ ...json.app.usingComponents, ...json[name].usingComponents }))
      register(resolve(name, used))
    registering = name
    load(`${name}.js`)
  }

  Object.assign(globalThis, {
    wx,
    global: globalThis,
    getApp: () => app,
    getCurrentPages: () => pages.stack.map(entry => entry.page),
    App: (options) => {
      app = options
    },
    Page: options => codeSpace.component(registering).pageDefinition(options).register(),
    Component: (options) => {
      const behaviors = options.behaviors?.filter(behavior => behavior && typeof behavior !== 'string')
      codeSpace.component(registering).definition({ ...options, behaviors }).register()
      return registering
    },
    Behavior: options => codeSpace.behavior().definition(options).register(),
    getRegExp: (pattern, flags) => new RegExp(pattern, flags),
    getDate: (...parts) => new Date(...parts),
    __wxConfig: { envVersion: 'develop' },
  })
  return { load, register }
}

function resolve(from, name) {
  const parts = name.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const part of name.split('/')) {
    if (part === '..')
      parts.pop()
    else if (part && part !== '.')
      parts.push(part)
  }
  return parts.join('/')
}

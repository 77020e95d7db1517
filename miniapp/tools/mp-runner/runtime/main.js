import { defineBuiltins } from './builtins.js'
import { startEngine } from './engine.js'
import { createLoader } from './loader.js'
import { Pages } from './pages.js'
import { createWx } from './wx/index.js'

const pack = window.__package
const errors = []

/** For tests: everything that went wrong, the page stack, and what a person does outside the page. */
const outside = window.__mp = {
  errors,
  get stack() {
    return outside.pages.stack.map(entry => entry.path)
  },
}

window.addEventListener('error', event => errors.push(String(event.message)))
window.addEventListener('unhandledrejection', event => errors.push(`unhandled: ${event.reason?.errMsg ?? event.reason}`))
const writeError = console.error
console.error = (...parts) => {
  errors.push(parts.map(part => part?.stack ?? part?.errMsg ?? String(part)).join(' '))
  writeError(...parts)
}

async function boot() {
  const settings = { ...await (await fetch('runner.json')).json(), ...Object.fromEntries(new URLSearchParams(location.search)) }
  const engine = startEngine(pack, errors)
  const pages = outside.pages = new Pages(pack, engine)
  const wx = outside.wx = createWx({ pack, pages, settings })
  defineBuiltins({ space: engine.space, tags: pack.tags, pages, wx })
  const loader = createLoader(pack, engine, pages, wx)
  pages.register = loader.register
  loader.load('app.js')
  const launch = wx.getLaunchOptionsSync()
  const app = globalThis.getApp()
  app.onLaunch?.(launch)
  app.onShow?.(launch)
  document.addEventListener('visibilitychange', () => {
    const [current] = pages.stack.slice(-1)
    if (document.hidden)
      current?.page.onHide?.()
    app[document.hidden ? 'onHide' : 'onShow']?.(launch)
    if (!document.hidden)
      current?.page.onShow?.()
  })
  pages.open(settings.path ?? `/${pack.json.app.pages[0]}`, 'relaunch')
  outside.ready = true
}

boot().catch(error => errors.push(`boot: ${error.stack}`))

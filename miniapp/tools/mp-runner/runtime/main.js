import { defineBuiltins } from './builtins.js'
import { startEngine } from './engine.js'
import { Journal, textOf } from './journal.js'
import { createLoader } from './loader.js'
import { Pages } from './pages.js'
import { createWx } from './wx/index.js'

const pack = window.__package
const journal = new Journal()

/** For tests: everything that went wrong, the page stack, and what a person does outside the page. */
const outside = window.__mp = {
  journal,
  errors: journal.errors,
  get stack() {
    return outside.pages.stack.map(entry => entry.path)
  },
}

window.addEventListener('error', event => event.error === undefined ? journal.errors.push(String(event.message)) : journal.problem('throw', event.error ?? event.message))
window.addEventListener('unhandledrejection', (event) => {
  // a call of wx that nobody listens to when it fails is no error of the page's own
  journal.problem(event.reason?.errMsg ? 'refused' : 'rejection', event.reason?.errMsg ? `unhandled: ${event.reason.errMsg}` : event.reason)
})
const writeError = console.error
console.error = (...parts) => {
  journal.problem('console', parts.map(textOf).join(' '))
  writeError(...parts)
}

async function boot() {
  const settings = { ...await (await fetch('runner.json')).json(), ...Object.fromEntries(new URLSearchParams(location.search)) }
  const engine = startEngine(pack, journal)
  const pages = outside.pages = journal.pages = new Pages(pack, engine, journal)
  const wx = outside.wx = createWx({ pack, pages, settings, journal })
  defineBuiltins({ space: engine.space, tags: pack.tags, pages, wx })
  const loader = createLoader(pack, engine, pages, wx, { journal, hurry: Number(settings.hurry) || 1 })
  pages.register = loader.register
  journal.guard(() => loader.load('app.js'), 'load')
  const launch = wx.getLaunchOptionsSync()
  const app = loader.app()
  journal.guard(() => app.onLaunch?.(launch))
  journal.guard(() => app.onShow?.(launch))
  document.addEventListener('visibilitychange', () => {
    const [current] = pages.stack.slice(-1)
    if (document.hidden)
      current && pages.tell(current, 'onHide')
    app[document.hidden ? 'onHide' : 'onShow']?.(launch)
    if (!document.hidden)
      current && pages.tell(current, 'onShow')
  })
  if (pages.stack.length === 0 || settings.path)
    pages.open(settings.path ?? `/${pages.start}`, 'relaunch')
  outside.ready = true
}

boot().catch(error => journal.problem('load', error))

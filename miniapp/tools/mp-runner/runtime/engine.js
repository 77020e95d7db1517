import * as glassEasel from 'glass-easel'
import { MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import { fromRpx } from '../pack/rpx.js'

const POINTER_EVENTS = /^(?:touch(?:start|move|end|cancel)|tap|canceltap|transitionend|animation(?:start|end|iteration))$/

/** WeChat's component framework, with what it leaves to its host filled in. */
export function startEngine({ json, templates, scopes }, journal) {
  glassEasel.globalOptions.useMethodCallerListeners = true // uni-app adds its handlers to the instance, not to `methods`
  glassEasel.addGlobalErrorListener((error, info) => {
    journal.problem('throw', `${info?.type ?? 'component'} ${info?.element?.is ?? ''}: ${error?.stack ?? error}`)
    return false
  })
  // in WeChat a handler receives a plain copy; frameworks ask for its own properties
  const wrap = glassEasel.Event.prototype.wrapShadowedEvent
  glassEasel.Event.prototype.wrapShadowedEvent = function (target, mark, currentTarget) {
    const { type, timeStamp, detail, touches, changedTouches } = this
    return Object.assign(wrap.call(this, plain(target), mark, plain(currentTarget)), { type, timeStamp, detail, touches, changedTouches })
  }
  // frameworks overwrite these two on the event they receive; in WeChat they hold a copy, so the engine's own must survive
  for (const name of ['stopPropagation', 'preventDefault']) {
    const own = glassEasel.Event.prototype[name]
    Object.defineProperty(glassEasel.Event.prototype, name, { get: () => own, set() {} })
  }
  // data-* in the document, so that a test finds what it looks for
  const setDataset = glassEasel.Element.prototype.setDataset
  glassEasel.Element.prototype.setDataset = function (name, value) {
    setDataset.call(this, name, value)
    if (['string', 'number'].includes(typeof value) && this.$$?.dataset)
      this.$$.dataset[name] = value
  }
  const setAttribute = Element.prototype.setAttribute
  Element.prototype.setAttribute = function (name, value) {
    setAttribute.call(this, name, name === 'style' ? fromRpx(String(value)) : value)
  }

  watchTaps()
  const { setData } = glassEasel.Component.prototype
  glassEasel.Component.prototype.setData = function (data) {
    journal.changes++
    return setData.call(this, data)
  }

  const env = new MiniProgramEnv()
  const codeSpace = env.createCodeSpace('', true)
  const space = codeSpace.getComponentSpace()
  codeSpace.setOverallBehavior(space.define().lifetime('attached', function () {
    queueMicrotask(() => (this.triggerLifetime ? this : this._$).triggerLifetime('ready', []))
  }).registerBehavior())
  for (const [name, config] of Object.entries(json)) {
    const { kind = 'shared', scope } = scopes[name] ?? {}
    if (scope)
      codeSpace.addStyleSheet(name, undefined, scope)
    if (name !== 'app')
      codeSpace.addComponentStaticConfig(name, { ...config, component: true, styleIsolation: kind.replace('page-', '') })
  }
  for (const name of Object.keys(templates))
    codeSpace.addCompiledTemplate(name, { groupList: templates, content: templates[name] })

  const backend = new glassEasel.CurrentWindowBackendContext()
  backend.onEvent((target, type, detail, options) => {
    if (!POINTER_EVENTS.test(type))
      return glassEasel.EventBubbleStatus.Normal
    const event = new glassEasel.Event(type, detail, options)
    if (type.startsWith('touch')) {
      event.touches = touches(detail.touches)
      event.changedTouches = touches(detail.changedTouches)
    }
    glassEasel.Event.dispatchEvent(target, event)
    return event.defaultPrevented() ? glassEasel.EventBubbleStatus.NoDefault : glassEasel.EventBubbleStatus.Normal
  })
  return { codeSpace, space, mount: env.associateBackend(backend) }
}

/** Marks in the document what was bound to a tap in a template, so that who walks sees what can be tapped. */
function watchTaps() {
  const addListener = glassEasel.Element.prototype.addListener
  glassEasel.Element.prototype.addListener = function (name, listener, options) {
    if (['tap', 'longpress', 'longtap'].includes(name) && options && this.$$) // the runner's own listeners carry no options
      (this.$$.__mpTaps ??= []).push({ name, isFinal: Boolean(options.final), of: this.ownerShadowRoot?.getHostNode().is ?? '' })
    return addListener.call(this, name, listener, options)
  }
}

function plain({ id, dataset }) {
  return { id, dataset: { ...dataset } }
}

function touches(list) {
  return Array.from(list ?? [], ({ identifier, clientX, clientY, pageX, pageY }) => ({ identifier, clientX, clientY, pageX, pageY }))
}

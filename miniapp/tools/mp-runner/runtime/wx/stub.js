import { answer, refuse } from './answer.js'

/** An object of which everything can be asked and called, and nothing comes back: for contexts and managers that a browser has not. */
export function anything(journal) {
  return new Proxy(() => {}, {
    get: (target, name) => {
      if (typeof name === 'symbol' || name === 'then')
        return undefined
      return target[name] ?? anything(journal)
    },
    apply: () => {
      journal.changes++ // it does something, though nobody sees what
      return anything(journal)
    },
  })
}

/** WeChat's cloud without a cloud: every call fails, as it does without a network. */
export function cloud(journal) {
  const failing = ['callFunction', 'callContainer', 'uploadFile', 'downloadFile', 'getTempFileURL', 'deleteFile', 'get', 'add', 'update', 'remove', 'set', 'count', 'end']
  const within = new Proxy(() => {}, {
    get: (_, name) => {
      if (typeof name === 'symbol' || name === 'then')
        return undefined
      if (!failing.includes(name))
        return within
      return (options) => {
        journal.note('request', `cloud.${name}`, { status: 0 })
        return refuse(`cloud.${name}`, options, 'network is not reachable')
      }
    },
    apply: () => within,
  })
  return within
}

const VERB = /^(?:on|off|get|set|create|open|close|start|stop|choose|show|hide|request|save|add|remove|check|make|scan|play|pause|resume|preview|compress|share|report|connect|send|update|navigate|exit|is|has|begin|end|load|read|write|notify|search|bind|unbind|enable|disable|init|seek|enter|leave|join|subscribe|copy|move|batch|revoke|rewrite|download|upload|install|chooseInvoice|operate|faceDetect|disconnect|discover|verify|launch|restart|reload|clear|submit|upgrade|cropImage|edit|authorize|postMessage|prefetch|preload|render|sync)[A-Z]/

/** What the runner does not know by name: it looks like WeChat's and answers as a phone does that lacks the thing. */
export function unknown(name, journal) {
  if (typeof name !== 'string' || !VERB.test(name))
    return undefined
  journal.note('unknown', name)
  if (/^(?:on|off)[A-Z]/.test(name))
    return () => {}
  if (/^create|Manager$|Context$/.test(name))
    return () => anything(journal)
  if (name.endsWith('Sync'))
    return () => ({})
  return /^(?:set|hide|show|report|update|stop|close)[A-Z]/.test(name) ? options => answer(name, options) : options => refuse(name, options, 'not supported')
}

import { Parser } from 'htmlparser2'

const EVENT = /^(?:mut-bind|capture-bind|capture-catch|bind|catch):?([a-z][\w-]*)$/i

/** What one WXML file holds: {elements: [{tag, line, parent, attrs, events, text}], imports: [src]}. `parent` is an index, -1 at the top. */
export function readTemplate(text) {
  const elements = []
  const imports = []
  const open = []
  const lines = lineCounter(text)
  const parser = new Parser({
    onopentag(name, attributes) {
      const attrs = {}
      const events = {}
      for (const [key, value] of Object.entries(attributes)) {
        const event = EVENT.exec(key)
        if (event && !key.startsWith('bindings'))
          events[event[1]] = value
        else
          attrs[key] = value
      }
      if ((name === 'import' || name === 'include' || name === 'wxs') && attributes.src)
        imports.push(attributes.src)
      elements.push({ tag: name, line: lines(parser.startIndex), parent: open.at(-1) ?? -1, attrs, events, text: '' })
      open.push(elements.length - 1)
    },
    ontext(words) {
      const owner = open.at(-1)
      const said = words.replace(/\s+/g, ' ')
      if (owner !== undefined && elements[owner].tag !== 'wxs' && said.trim())
        elements[owner].text = `${elements[owner].text}${said}`.slice(0, 4000)
      else if (owner === undefined && said.trim())
        elements.push({ tag: '#text', line: lines(parser.startIndex), parent: -1, attrs: {}, events: {}, text: said })
    },
    onclosetag() {
      open.pop()
    },
  }, { xmlMode: true, decodeEntities: true, lowerCaseTags: false, lowerCaseAttributeNames: false })
  parser.end(text)
  return { elements: elements.map(one => ({ ...one, text: one.text.trim() })), imports }
}

/** A function from a character's place to its line; places must come in rising order. */
function lineCounter(text) {
  let at = 0
  let line = 1
  return (index) => {
    for (; at < index; at++) {
      if (text.charCodeAt(at) === 10)
        line++
    }
    return line
  }
}

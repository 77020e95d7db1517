// What strangers can put into a page's data: the query of its path, and what somebody types.

import { keyOf, memberName } from './naming.mjs'

/** What is given to these comes out again; another function's answer is its own. */
const PASSES = new Set(['decodeURIComponent', 'decodeURI', 'unescape', 'String', 'parse', 'concat', 'assign', 'replace'])

/** Where `onLoad`'s query or `event.detail.value` is given to a name: [{name, source: 'query' | 'input', key, line}]; `key` is what is read of the query. */
export function feedsOf(path, isQueryReader) {
  const found = []
  const query = isQueryReader ? taintedBy(path) : new Set()
  path.traverse({
    ObjectProperty(at) {
      note(keyOf(at.node), at.get('value'))
    },
    AssignmentExpression(at) {
      const { left } = at.node
      note(memberName(left) === 'value' ? left.object.name ?? memberName(left.object) : left.name ?? memberName(left), at.get('right'))
    },
  })
  return found

  function note(name, value) {
    if (!name || value.isFunction())
      return
    const source = value.isObjectExpression() ? null : mentions(value, query)
    if (source)
      found.push({ name, source, key: source === 'query' ? keyRead(value, query) : '', line: value.node.loc.start.line })
  }
}

/** Which key of the query a value reads: `url` in `decodeURIComponent(query.url)`, or the variable's own name. */
function keyRead(path, query) {
  let found = ''
  const look = (at) => {
    if (at.isMemberExpression() && query.has(at.node.object.name))
      found ||= memberName(at.node) ?? ''
    else if (at.isIdentifier() && query.has(at.node.name) && !at.parentPath.isMemberExpression())
      found ||= at.node.name
  }
  look(path)
  path.traverse({ MemberExpression: look, Identifier: look })
  return found
}

/** The function's first parameter and the variables that are made from it. */
function taintedBy(path) {
  const names = new Set()
  const [first] = path.node.params
  const add = (pattern) => {
    if (pattern?.type === 'Identifier')
      names.add(pattern.name)
    else if (pattern?.type === 'AssignmentPattern')
      add(pattern.left)
    else if (pattern?.type === 'ObjectPattern')
      pattern.properties.forEach(one => add(one.value ?? one.argument))
  }
  add(first)
  path.traverse({
    VariableDeclarator(at) {
      if (at.node.init && mentions(at.get('init'), names) === 'query')
        add(at.node.id)
    },
  })
  return names
}

function mentions(path, query) {
  let found = null
  const look = (at) => {
    if (at.node.type === 'Identifier' && query.has(at.node.name) && !(at.parentPath.isMemberExpression() && at.key === 'property' && !at.parent.computed))
      found = 'query'
    else if (memberName(at.node) === 'value' && (memberName(at.node.object) ?? at.node.object.name) === 'detail')
      found = found ?? 'input'
  }
  const answers = at => at.isCallExpression() && !PASSES.has(at.node.callee.name ?? memberName(at.node.callee))
  const start = answers(path) ? path.get('callee') : path
  look(start)
  start.traverse({
    Identifier: look,
    MemberExpression: look,
    CallExpression(inner) {
      if (answers(inner))
        inner.skipKey('arguments')
    },
    Function: inner => inner.skip(),
  })
  return found
}

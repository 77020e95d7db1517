import path from 'node:path'
import { parse } from '@babel/parser'
import traverseModule from '@babel/traverse'
import { feedsOf } from './feeds.mjs'
import { guardOf, isAsked } from './guards.mjs'
import { functionOf, Hooks } from './hooks.mjs'
import { keyOf, memberName, Naming } from './naming.mjs'
import { nearOf, textsOf, valueOf } from './words.mjs'

const traverse = traverseModule.default ?? traverseModule
const OPTIONS = { sourceType: 'unambiguous', errorRecovery: true, allowReturnOutsideFunction: true, allowAwaitOutsideFunction: true, allowUndeclaredExports: true, plugins: ['jsx'] }
/** The moments that are given the query of a page's path. */
const QUERIED = new Set(['onLoad', 'useLoad'])
const MAXIMUM = 6_000_000 // characters; a mini program's package may not be larger

/**
 * What the scripts of a package do: {file: {library, requires, calls, strings, console, debuggers, dynamic, feeds, error}}.
 * `files` are those of `listFiles`, `read` answers a file's text.
 */
export function readScripts(files, read, { bundled }) {
  const scripts = files.filter(({ kind, file }) => kind === 'script' && /\.(?:m|c)?js$/.test(file))
  const known = new Set(files.map(({ file }) => file))
  const trees = new Map()
  const facts = {}
  for (const { file, library, bytes } of scripts) {
    const text = read(file)
    const fact = facts[file] = { library, lines: text.split('\n').length, requires: [], calls: [], strings: [], console: [], debuggers: [], dynamic: [], feeds: [], starts: [], sourceMap: /\/[/*]# sourceMappingURL=data:/.test(text), computed: 0, error: null }
    if (bytes > MAXIMUM)
      continue
    try {
      const tree = parse(text, OPTIONS)
      fact.requires = requiresOf(tree, file, known)
      trees.set(file, tree)
    }
    catch (error) {
      fact.error = { line: error.loc?.line ?? 0, message: String(error.message).slice(0, 200) }
    }
  }
  const exported = {}
  const constants = {}
  for (const [file, tree] of inOrder(trees, facts)) {
    exported[file] = file === 'common/vendor.js' ? { index: { api: '', via: 'direct' } } : {} // uni-app's own name for it
    constants[file] = {}
    readExports(tree, file, new Naming(bundled, exported), exported[file], constants[file])
  }
  for (const [file, tree] of trees) {
    readOne(tree, facts[file], new Naming(bundled, exported), constants)
    trees.set(file, null)
  }
  return facts
}

/** Files whose exports others need come first. */
function inOrder(trees, facts) {
  const done = new Map()
  const visit = (file) => {
    if (done.has(file) || !trees.has(file))
      return
    done.set(file, trees.get(file))
    for (const { to } of facts[file].requires)
      visit(to)
  }
  for (const file of trees.keys())
    visit(file)
  return [...done].reverse()
}

/** Every require and import, with the file of the package that it leads to; marks the nodes with it. */
function requiresOf(tree, file, known) {
  const found = []
  const lead = (wanted, line, node, later = false) => {
    const to = resolve(file, wanted, known)
    found.push({ wanted, to, line, ...(later && { later }) })
    node.__file = to
  }
  traverse(tree, {
    noScope: true,
    CallExpression({ node }) {
      const later = node.callee.type === 'Import' || (memberName(node.callee) === 'async' && node.callee.object.name === 'require')
      if ((later || node.callee.name === 'require') && node.arguments[0]?.type === 'StringLiteral')
        lead(node.arguments[0].value, node.loc.start.line, node, later || node.arguments.length > 1)
    },
    ImportDeclaration({ node }) {
      lead(node.source.value, node.loc.start.line, node)
    },
    ExportNamedDeclaration({ node }) {
      if (node.source)
        lead(node.source.value, node.loc.start.line, node)
    },
    ExportAllDeclaration({ node }) {
      lead(node.source.value, node.loc.start.line, node)
    },
  })
  return found
}

/** The file that `wanted` means when `file` asks for it; null when the package has none. */
export function resolve(file, wanted, known) {
  const folder = path.posix.dirname(file)
  const bases = wanted.startsWith('/')
    ? [wanted.slice(1)]
    : [path.posix.join(folder, wanted)]
  if (!/^[./]/.test(wanted)) {
    for (let at = folder; ; at = path.posix.dirname(at)) {
      bases.push(path.posix.join(at, 'miniprogram_npm', wanted), path.posix.join(at, 'node_modules', wanted))
      if (at === '.')
        break
    }
  }
  for (const base of bases) {
    for (const candidate of [base, `${base}.js`, `${base}/index.js`]) {
      if (known.has(candidate))
        return candidate
    }
  }
  return null
}

/** What a file exports that stands for WeChat's object, and its exported texts. */
function readExports(tree, file, naming, exported, constants) {
  const note = (name, value) => {
    const found = naming.denotes(value)
    if (found)
      exported[name] = found
    const text = valueOf(value)
    if (text?.text)
      constants[name] = text.text
    else if (value.isObjectExpression())
      object(name === 'module.exports' ? '' : `${name}.`, value)
  }
  const object = (prefix, value) => {
    for (const property of value.get('properties')) {
      if (property.isObjectProperty() && keyOf(property.node))
        note(`${prefix}${keyOf(property.node)}`, property.get('value'))
    }
  }
  traverse(tree, {
    AssignmentExpression(at) {
      const { left } = at.node
      const owner = left.type === 'MemberExpression' ? left.object : null
      const name = memberName(left)
      if (!owner || !name)
        return
      const value = at.get('right')
      if (owner.name === 'module' && name === 'exports')
        value.isObjectExpression() ? object('', value) : (naming.denotes(value) && (exported.default = naming.denotes(value)), deep(value, object))
      else if (owner.name === 'exports' || (owner.object?.name === 'module' && memberName(owner) === 'exports'))
        value.isIdentifier() && !naming.denotes(value) ? deep(value, (prefix, found) => object(`${name}.`, found)) || note(name, value) : note(name, value)
    },
    ExportDefaultDeclaration(at) {
      note('default', at.get('declaration'))
    },
    ExportNamedDeclaration(at) {
      const declaration = at.get('declaration')
      if (declaration.isVariableDeclaration()) {
        for (const one of declaration.get('declarations')) {
          if (one.node.id.name && one.node.init)
            note(one.node.id.name, one.get('init'))
        }
      }
      for (const one of at.get('specifiers')) {
        if (one.isExportSpecifier() && !at.node.source)
          note(one.node.exported.name, one.get('local'))
      }
    },
  })
}

/** Calls `then` with the object that a variable holds. */
function deep(value, then) {
  const init = value.isIdentifier() ? value.scope.getBinding(value.node.name)?.path : null
  const found = init?.isVariableDeclarator() ? init.get('init') : null
  if (!found?.isObjectExpression())
    return false
  then('', found)
  return true
}

/** The second reading of a file, when it is known what every other file exports. */
function readOne(tree, fact, naming, constants) {
  const hooks = new Hooks()
  const later = []
  const call = (at) => {
    hooks.call(at)
    const { node } = at
    const line = node.loc.start.line
    const callee = at.get('callee')
    const name = node.callee.name ?? memberName(node.callee)
    const object = node.callee.object
    if (object?.name === 'console' && !callee.scope.getBinding('console'))
      fact.console.push({ method: name, line })
    if (((name === 'eval' && node.callee.name) || (node.callee.name === 'Function')) && !at.scope.getBinding(name))
      fact.dynamic.push({ kind: name, line, code: valueOf(at.get('arguments').at(-1) ?? at).text ?? null })
    else if ((name === 'setTimeout' || name === 'setInterval') && ['StringLiteral', 'TemplateLiteral'].includes(node.arguments[0]?.type))
      fact.dynamic.push({ kind: name, line, code: null })
    const found = naming.denotes(callee)
    if (found?.api)
      later.push(() => fact.calls.push(described(at, found, line, hooks, constants)))
    else if (found === null && (node.callee.type === 'MemberExpression' && node.callee.computed && naming.denotes(callee.get('object'))?.api === ''))
      fact.computed++
  }
  traverse(tree, {
    Function(at) {
      const name = hooks.enter(at)
      const queried = QUERIED.has(name)
      if (!fact.library && name && (queried || !at.findParent(parent => parent.node.__fed))) {
        at.node.__fed = true
        fact.feeds.push(...feedsOf(at, queried))
      }
    },
    CallExpression: call,
    OptionalCallExpression: call,
    NewExpression(at) {
      if (at.node.callee.name === 'Function' && !at.scope.getBinding('Function'))
        fact.dynamic.push({ kind: 'new Function', line: at.node.loc.start.line, code: valueOf(at.get('arguments').at(-1) ?? at).text ?? null })
    },
    DebuggerStatement(at) {
      fact.debuggers.push(at.node.loc.start.line)
    },
    MemberExpression(at) {
      if (!usedAsValue(at))
        return
      const found = naming.denotes(at)
      if (found?.api && !found.api.includes('.'))
        later.push(() => fact.calls.push({ ...described(at, found, at.node.loc.start.line, hooks, constants), via: 'value' }))
    },
    'StringLiteral|TemplateLiteral': function (at) {
      const said = textsOf(at)
      if (said)
        later.push(() => fact.strings.push({ ...said, line: at.node.loc.start.line, ...nearOf(at), hooks: hooks.hooksOf(at) }))
    },
  })
  hooks.settle()
  for (const then of later) then()
  for (const { path: at, ...target } of hooks.abroad) {
    const led = hooks.hooksOf(at)
    if (led.length && target.file && target.name)
      fact.starts.push({ ...target, hooks: led })
  }
}

/** Whether `wx.x` is handed on to be called elsewhere; a condition that only asks for it does not use it. */
function usedAsValue(at) {
  const { parentPath: parent, key, listKey } = at
  if (parent.isCallExpression() || parent.isNewExpression())
    return listKey === 'arguments'
  return (parent.isObjectProperty() && key === 'value' && !parent.parentPath.isObjectPattern()) || (parent.isAssignmentExpression() && key === 'right') || parent.isReturnStatement()
}

/** A call of WeChat's: which, where, with which texts, under which guard, and by which hooks it comes by itself. */
function described(at, { api, via }, line, hooks, constants) {
  const options = {}
  const first = at.isCallExpression() || at.isOptionalCallExpression() ? at.get('arguments')[0] : undefined
  if (first?.isObjectExpression()) {
    for (const property of first.get('properties')) {
      const key = property.isObjectProperty() ? keyOf(property.node) : null
      const value = key ? valueOf(property.get('value'), constants) : null
      if (value)
        options[key] = value
    }
  }
  else if (first) {
    const value = valueOf(first, constants)
    if (value)
      options[''] = value
  }
  return { api, via, line, guard: guardOf(at, api), hooks: hooks.hooksOf(at), inside: functionOf(at), asked: isAsked(at), options }
}

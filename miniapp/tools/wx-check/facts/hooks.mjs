// Which moments of an app, page or component lead to a place of the script without the user doing anything.

import { keyOf, memberName, requiredFile } from './naming.mjs'

const HOOKS = new Set([
  ...['onLaunch', 'onShow', 'onLoad', 'onReady', 'created', 'attached', 'ready', 'mounted', 'beforeMount', 'onMounted', 'onBeforeMount', 'setup'],
  ...['componentDidMount', 'componentDidShow', 'componentWillMount', 'useLoad', 'useLaunch', 'useDidShow', 'useReady', 'useEffect', 'useLayoutEffect'],
])
/** Given to these, a function runs later, when something changes or somebody taps. */
const LATER = new Set(['watch', 'watchEffect', 'computed', 'useCallback', 'useMemo', 'o', 'on', '$on', 'addEventListener', 'setTimeout', 'setInterval', 'onPullDownRefresh', 'onShareAppMessage', 'onReachBottom', 'onShareTimeline', 'onTabItemTap', 'onHide', 'onUnload'])
/** What is done in their answers depends on what a server says. */
const ANSWERS = new Set(['then', 'catch', 'request', 'uploadFile', 'downloadFile'])
const ENTRY = new Set(['apply', 'call', 'bind'])

/** The hooks of one file, from which functions can be told to be reached: `hooksOf(path)` answers their names. */
export class Hooks {
  constructor() {
    this.calls = new Map() // function node → functions that it calls by name
    this.named = new Map() // method name → function nodes
    this.roots = new Map() // function node → hook
    this.abroad = [] // calls of what other files export: {file, name, path}
  }

  /** To be told of every function on the way through the file; answers its name. */
  enter(path) {
    const name = nameOf(path)
    if (name && HOOKS.has(name))
      this.roots.set(path.node, name)
    if (name)
      this.named.set(name, [...this.named.get(name) ?? [], path.node])
    return name
  }

  /** To be told of every call. */
  call(path) {
    const callee = path.get('callee')
    let name = null
    let target = null
    if (callee.isIdentifier()) {
      name = callee.node.name
      target = bound(callee)
    }
    else {
      name = memberName(callee.node)
      if (name && ENTRY.has(name)) {
        const inner = callee.get('object')
        name = inner.isIdentifier() ? inner.node.name : memberName(inner.node)
        target = inner.isIdentifier() ? bound(inner) : null
      }
    }
    const file = callee.isIdentifier() ? null : requiredFile(callee.get('object'))
    const brought = callee.isIdentifier() ? broughtFrom(callee) : file && { file, name }
    if (brought)
      this.abroad.push({ ...brought, path })
    if (!name && !target)
      return
    const from = owner(path)
    this.calls.set(from, [...this.calls.get(from) ?? [], target ?? { method: name, of: callee.isMemberExpression() || callee.isOptionalMemberExpression() }])
  }

  /** Works out, once everything was told, which functions run by themselves: function node → set of hooks. */
  settle() {
    this.reached = new Map()
    const spread = (node, hook) => {
      const known = this.reached.get(node) ?? new Set()
      if (known.has(hook))
        return
      this.reached.set(node, known.add(hook))
      for (const called of this.calls.get(node) ?? []) {
        const targets = called.method ? (called.of && !HOOKS.has(called.method) ? this.named.get(called.method) ?? [] : []) : [called]
        for (const target of targets)
          spread(target, hook)
      }
    }
    for (const [node, hook] of this.roots)
      spread(node, hook)
  }

  /** The hooks that lead to a place; after `settle`. */
  hooksOf(path) {
    return [...this.reached.get(owner(path)) ?? []].sort()
  }
}

/** The file and name that an identifier was taken from: `const { check } = require("./auth")`, or an import. */
function broughtFrom(identifier) {
  const binding = identifier.scope.getBinding(identifier.node.name)
  if (binding?.kind === 'module')
    return binding.path.isImportSpecifier() ? { file: binding.path.parent.__file, name: binding.path.node.imported.name } : null
  const { id, init } = binding?.path.isVariableDeclarator() ? binding.path.node : {}
  const property = init?.__file && id.type === 'ObjectPattern' ? id.properties.find(one => one.value?.name === identifier.node.name) : null
  return property ? { file: init.__file, name: keyOf(property) } : null
}

/** The name of the function in which a place runs; '' when it runs with the file or in an answer to a request. */
export function functionOf(path) {
  const answer = path.findParent(at => at.isCallExpression() && ANSWERS.has(memberName(at.node.callee) ?? '') && at !== path)
  const node = answer ? null : owner(path)
  if (!node)
    return ''
  const at = path.findParent(parent => parent.node === node)
  const { parent } = at
  return nameOf(at) ?? node.id?.name ?? (parent.type === 'VariableDeclarator' ? parent.id.name : '') ?? ''
}

function bound(identifier) {
  const binding = identifier.scope.getBinding(identifier.node.name)
  if (!binding)
    return null
  if (binding.path.isFunctionDeclaration())
    return binding.path.node
  if (binding.path.isVariableDeclarator()) {
    const { init } = binding.path.node
    if (init && /Function/.test(init.type))
      return init
    const assignment = binding.constantViolations.find(one => one.isAssignmentExpression() && /Function/.test(one.node.right.type))
    return assignment?.node.right ?? null
  }
  return null
}

/** The function in which a place runs: functions that are handed to a call at once run within it. */
function owner(path) {
  for (let at = path.getFunctionParent(); at; at = at.getFunctionParent()) {
    if (nameOf(at) || !handed(at))
      return at.node
  }
  return null
}

function handed(path) {
  const parent = path.parentPath
  if (parent.isCallExpression() || parent.isNewExpression()) {
    const callee = parent.node.callee
    return path.key === 'callee' || !LATER.has(callee.name ?? memberName(callee) ?? '')
  }
  if (parent.isMemberExpression() && ENTRY.has(memberName(parent.node)))
    return true
  const object = parent.isObjectProperty() ? parent.parentPath : path.isObjectMethod() ? parent : null
  if (object?.parentPath.isCallExpression()) {
    const { callee } = object.parent
    return !['Page', 'Component', 'App', 'Behavior'].includes(callee.name) && !LATER.has(callee.name ?? memberName(callee) ?? '')
  }
  return false
}

/** The name by which a function is a method or a hook; a plain variable's function is found through its binding instead. */
function nameOf(path) {
  const { node, parentPath: parent } = path
  if (path.isObjectMethod() || path.isClassMethod())
    return inCallback(path) ? null : keyOf(node)
  if (parent.isObjectProperty())
    return inCallback(parent) ? null : keyOf(parent.node)
  if (parent.isClassProperty())
    return keyOf(parent.node)
  if (parent.isAssignmentExpression())
    return memberName(parent.node.left)
  if (parent.isCallExpression() && path.key === 0 && path.listKey === 'arguments') {
    const name = parent.node.callee.name ?? memberName(parent.node.callee)
    return HOOKS.has(name) && name !== 'setup' && name !== 'ready' ? name : null
  }
  return null
}

/** `success`, `fail`, `complete` of a call's options are no methods. */
const inCallback = path => ['success', 'fail', 'complete'].includes(keyOf(path.node))

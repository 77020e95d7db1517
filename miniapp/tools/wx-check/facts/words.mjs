// Texts in scripts: what they say, what they belong to, and what can be known of one that is put together.

import { keyOf, memberName, requiredFile } from './naming.mjs'

const LONGEST = 4000
const DEPTH = 6
/** Methods that leave a text what it is, near enough. */
const KEEPS = new Set(['replace', 'trim', 'toString', 'concat', 'trimEnd', 'trimStart'])

/**
 * What is known of a value: {text, open} where `text` is how it begins and `open` says that more follows;
 * {unknown: true} when nothing is. Numbers and booleans are written as text.
 */
export function valueOf(path, constants = {}, depth = 0) {
  const { node } = path
  if (!node || depth > DEPTH)
    return { unknown: true }
  switch (node.type) {
    case 'StringLiteral':
      return { text: node.value.slice(0, LONGEST) }
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return { text: String(node.value) }
    case 'UnaryExpression': // minified: !0 and !1
      return node.operator === '!' && node.argument.type === 'NumericLiteral' ? { text: String(!node.argument.value) } : { unknown: true }
    case 'TemplateLiteral': {
      const head = node.quasis[0].value.cooked ?? ''
      if (!node.expressions.length)
        return { text: head.slice(0, LONGEST) }
      return head ? { text: head, open: true } : opened(valueOf(path.get('expressions.0'), constants, depth + 1))
    }
    case 'BinaryExpression': {
      if (node.operator !== '+')
        return { unknown: true }
      const left = valueOf(path.get('left'), constants, depth + 1)
      if (left.text === undefined || left.open)
        return left
      const right = valueOf(path.get('right'), constants, depth + 1)
      return right.text === undefined ? { text: left.text, open: true } : { text: left.text + right.text, ...(right.open && { open: true }) }
    }
    case 'LogicalExpression': {
      const right = valueOf(path.get('right'), constants, depth + 1)
      return right.text === undefined ? valueOf(path.get('left'), constants, depth + 1) : right
    }
    case 'CallExpression':
      return KEEPS.has(memberName(node.callee)) ? opened(valueOf(path.get('callee.object'), constants, depth + 1)) : { unknown: true }
    case 'Identifier': {
      const binding = path.scope.getBinding(node.name)
      if (!binding?.path.isVariableDeclarator() || binding.path.node.id.type !== 'Identifier' || !binding.path.node.init)
        return imported(binding, constants) ?? { unknown: true }
      return binding.constant || binding.constantViolations.length === 0 ? valueOf(binding.path.get('init'), constants, depth + 1) : { unknown: true }
    }
    case 'MemberExpression':
      return memberOf(path, constants, depth)
    case 'ArrayExpression':
      return { items: path.get('elements').slice(0, 20).map(item => (item.node ? valueOf(item, constants, depth + 1) : { unknown: true })) }
    default:
      return { unknown: true }
  }
}

const opened = value => (value.text === undefined ? value : { text: value.text, open: true })

/** `config.base`: from the object in this file, or from what the other file exports. */
function memberOf(path, constants, depth) {
  const names = []
  let at = path
  while (at.isMemberExpression()) {
    const name = memberName(at.node)
    if (!name)
      return { unknown: true }
    names.unshift(name)
    at = at.get('object')
  }
  const file = requiredFile(at)
  const texts = constants[file]
  if (texts) {
    for (const key of [names.join('.'), names.slice(1).join('.'), `default.${names.join('.')}`]) {
      if (key && texts[key] !== undefined)
        return { text: texts[key] }
    }
  }
  const binding = at.isIdentifier() ? at.scope.getBinding(at.node.name) : null
  if (binding?.kind === 'module') {
    const found = imported(binding, constants, names.join('.'))
    if (found)
      return found
  }
  let object = binding?.path.isVariableDeclarator() ? binding.path.get('init') : null
  for (const name of names) {
    const property = object?.isObjectExpression() ? object.get('properties').find(one => one.isObjectProperty() && keyOf(one.node) === name) : null
    if (!property)
      return { unknown: true }
    object = property.get('value')
  }
  return object ? valueOf(object, constants, depth + 1) : { unknown: true }
}

function imported(binding, constants, inner = '') {
  if (binding?.kind !== 'module')
    return null
  const texts = constants[binding.path.parent.__file] ?? {}
  const name = binding.path.isImportDefaultSpecifier() ? 'default' : binding.path.node.imported?.name ?? ''
  const text = texts[[name, inner].filter(Boolean).join('.')] ?? (inner ? texts[inner] : undefined)
  return text === undefined ? null : { text }
}

/** The text that a literal says, with ${} for what is put in, and whether more is put behind it; null for what says nothing. */
export function textsOf(path) {
  const { node, parentPath: parent } = path
  if (path.isStringLiteral()) {
    if (!node.value.trim() || (parent.isObjectProperty() && path.key === 'key') || parent.isImportDeclaration() || parent.isDirective())
      return null
    if (parent.isMemberExpression() && path.key === 'property')
      return null
    const open = parent.isBinaryExpression() && parent.node.operator === '+' && path.key === 'left'
    return { text: node.value.slice(0, LONGEST), ...(open && { open: true }) }
  }
  const text = node.quasis.map(one => one.value.cooked ?? '').join('${}')
  return text.replaceAll('${}', '').trim() ? { text: text.slice(0, LONGEST), ...(node.expressions.length && { open: true }) } : null
}

/** What a text belongs to: `near`, the nearest name it is given to, and `callee`, the function it is handed to. */
export function nearOf(path) {
  let near = ''
  let callee = ''
  for (let at = path, steps = 0; at.parentPath && steps < 8; at = at.parentPath, steps++) {
    const { parentPath: parent } = at
    if (!near && (parent.isObjectProperty() || parent.isClassProperty()) && at.key === 'value')
      near = keyOf(parent.node) ?? ''
    else if (!near && parent.isVariableDeclarator() && at.key === 'init')
      near = parent.node.id.name ?? ''
    else if (!near && parent.isAssignmentExpression() && at.key === 'right')
      near = parent.node.left.name ?? memberName(parent.node.left) ?? ''
    if (parent.isCallExpression() || parent.isNewExpression()) {
      if (at.key === 'callee' || parent.get('callee') === at)
        continue // "https://…".replace(…) is still what its result is given to
      if (at.listKey === 'arguments') {
        const { node } = parent.get('callee')
        const object = node.object?.name ?? memberName(node.object) ?? ''
        callee = [object, node.name ?? memberName(node) ?? ''].filter(Boolean).join('.')
      }
      break
    }
    if (parent.isFunction() || parent.isStatement())
      break
  }
  return { near, callee }
}

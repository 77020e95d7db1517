// Whether a call of WeChat's is made only where the phone has it, and what has to happen before it is made.

import { memberName } from './naming.mjs'

const VERSION = /compareVersion|SDKVersion|sdkVersion|versionCompare/
const ASKS = new Set(['showModal', 'showActionSheet'])

/** What guards the call of `api` at `path`: 'canIUse', 'test', 'version', 'optional', 'catch' or null. */
export function guardOf(path, api) {
  const last = api.split('.').at(-1)
  if (path.isOptionalCallExpression() && path.node.optional)
    return 'optional'
  let caught = null
  for (let at = path; at.parentPath; at = at.parentPath) {
    const { parentPath: parent, key } = at
    if ((parent.isIfStatement() || parent.isConditionalExpression()) && key !== 'test') {
      const found = tests(parent.get('test'), last)
      if (found)
        return found
    }
    else if (parent.isLogicalExpression() && key === 'right') {
      const found = tests(parent.get('left'), last)
      if (found)
        return found
    }
    else if (parent.isBlockStatement() && at.inList) {
      for (const before of at.getAllPrevSiblings()) {
        if (before.isIfStatement() && leaves(before.node.consequent)) {
          const found = tests(before.get('test'), last)
          if (found)
            return found
        }
      }
    }
    else if (parent.isTryStatement() && key === 'block') {
      caught = 'catch'
    }
  }
  return caught
}

/** Whether a question to the user comes before the call: it stands in the answer of showModal or showActionSheet. */
export function isAsked(path) {
  return Boolean(path.findParent(parent => parent.isCallExpression() && ASKS.has(memberName(parent.node.callee)) && parent !== path))
}

function leaves(node) {
  const last = node.type === 'BlockStatement' ? node.body.at(-1) : node
  return last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement'
}

/** What a condition asks about the member `name`. */
function tests(path, name, depth = 0) {
  let found = null
  const look = (inner) => {
    if (found)
      return
    const { node } = inner
    const member = memberName(node)
    if (member === 'canIUse' || node.name === 'canIUse')
      found = 'canIUse'
    else if (member === name)
      found = 'test'
    else if (VERSION.test(member ?? node.name ?? ''))
      found = 'version'
    else if (node.type === 'Identifier' && depth < 2) {
      const binding = inner.scope.getBinding(node.name)
      if (binding?.path.isVariableDeclarator() && binding.path.node.init && binding.path.node.id.type === 'Identifier')
        found = tests(binding.path.get('init'), name, depth + 1)
    }
  }
  look(path)
  path.traverse({ MemberExpression: look, OptionalMemberExpression: look, Identifier: look })
  return found
}

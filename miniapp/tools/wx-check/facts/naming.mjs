// What an expression of a mini program's script stands for: WeChat's object (`wx`, `uni`, `Taro`), one of its members, or nothing known.

/** Names under which frameworks offer WeChat's object. */
const ROOTS = new Set(['wx', 'uni', 'Taro', 'wxp', '$wx'])
const GLOBALS = new Set(['globalThis', 'global', 'window', 'self'])
const WRAPS = /promisif|proxy|wrap/i
const DEPTH = 8

/**
 * Members that are certain enough to be WeChat's when they are called on something a bundler has renamed
 * (`n.default.getLocation`, `i().chooseAddress`): nobody else has functions of these names.
 */
export const DISTINCT = new Set([
  ...['getLocation', 'getFuzzyLocation', 'chooseLocation', 'choosePoi', 'onLocationChange', 'startLocationUpdate', 'startLocationUpdateBackground', 'openLocation'],
  ...['chooseAddress', 'chooseInvoiceTitle', 'chooseInvoice', 'chooseLicensePlate', 'chooseImage', 'chooseMedia', 'chooseVideo', 'chooseMessageFile', 'chooseContact'],
  ...['saveImageToPhotosAlbum', 'saveVideoToPhotosAlbum', 'getWeRunData', 'setClipboardData', 'getClipboardData', 'addPhoneContact', 'addPhoneCalendar', 'addPhoneRepeatCalendar'],
  ...['startRecord', 'getRecorderManager', 'joinVoIPChat', 'openBluetoothAdapter', 'createBLEPeripheralServer', 'createVKSession', 'createCameraContext'],
  ...['startAccelerometer', 'startCompass', 'startGyroscope', 'startDeviceMotionListening', 'getUserProfile', 'authorize', 'authorizeForMiniProgram'],
  ...['requestPayment', 'requestVirtualPayment', 'requestSubscribeMessage', 'navigateToMiniProgram', 'openSetting', 'getPrivacySetting', 'onNeedPrivacyAuthorization'],
  ...['requirePrivacyAuthorize', 'openPrivacyContract', 'navigateTo', 'redirectTo', 'reLaunch', 'switchTab', 'uploadFile', 'downloadFile', 'connectSocket', 'setEnableDebug'],
  ...['scanCode', 'openCustomerServiceChat', 'showShareMenu', 'shareAppMessage', 'getSystemInfoSync', 'getSystemInfo', 'getDeviceInfo'],
])

/** Reads one file's names; `files` tells what other files of the package export: {file: {name: denotation}}. */
export class Naming {
  constructor(bundled, exportsOf) {
    this.bundled = bundled
    this.exportsOf = exportsOf
  }

  /** {api, via} of an expression: api '' is the object itself; null when it is not WeChat's. */
  denotes(path, depth = 0) {
    if (!path?.node || depth > DEPTH)
      return null
    const { node } = path
    switch (node.type) {
      case 'Identifier':
        return this.identifier(path, depth)
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
        return this.denotes(path.get('expression'), depth + 1)
      case 'LogicalExpression':
        return this.denotes(path.get('left'), depth + 1) ?? this.denotes(path.get('right'), depth + 1)
      case 'SequenceExpression':
        return this.denotes(path.get('expressions').at(-1), depth + 1)
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return this.member(path, depth)
      case 'CallExpression':
        return this.call(path, depth)
      case 'NewExpression':
        return node.callee.name === 'Proxy' && node.arguments.length ? this.denotes(path.get('arguments.0'), depth + 1) : null
      default:
        return null
    }
  }

  identifier(path, depth) {
    const { name } = path.node
    const binding = path.scope.getBinding(name)
    if (!binding)
      return ROOTS.has(name) ? { api: '', via: 'direct' } : null
    const of = binding.path
    if (of.isVariableDeclarator()) {
      if (of.node.id.type === 'Identifier')
        return of.node.init ? aliased(this.denotes(of.get('init'), depth + 1)) : this.assigned(binding, depth)
      return this.destructured(of, name, depth)
    }
    if (binding.kind === 'param') {
      const given = argumentOf(binding)
      if (given && this.bundled && isInjected(given))
        return { api: '', via: 'bundled' }
      if (given)
        return aliased(this.denotes(given, depth + 1)) ?? (ROOTS.has(name) ? { api: '', via: 'alias' } : null)
      return ROOTS.has(name) ? { api: '', via: 'alias' } : null
    }
    if (binding.kind === 'module')
      return this.imported(of, depth) ?? (ROOTS.has(name) ? { api: '', via: 'direct' } : null)
    return null
  }

  assigned(binding, depth) {
    const assignment = binding.constantViolations.find(one => one.isAssignmentExpression() && one.node.left.name === binding.identifier.name)
    return assignment ? aliased(this.denotes(assignment.get('right'), depth + 1)) : null
  }

  destructured(declarator, name, depth) {
    if (declarator.node.id.type !== 'ObjectPattern' || !declarator.node.init)
      return null
    const property = declarator.node.id.properties.find(one => (one.value?.name ?? one.value?.left?.name) === name)
    const key = property && keyOf(property)
    if (!key)
      return null
    const source = declarator.get('init')
    const from = this.exported(source, key)
    if (from)
      return from
    const whole = this.denotes(source, depth + 1)
    return whole ? { api: join(whole.api, key), via: 'alias' } : null
  }

  imported(specifier) {
    const file = specifier.parent?.__file
    const name = specifier.isImportDefaultSpecifier() ? 'default' : specifier.node.imported?.name
    return this.exportsOf[file]?.[name] ?? null
  }

  member(path, depth) {
    const name = memberName(path.node)
    if (!name)
      return null
    const object = path.get('object')
    if (object.isThisExpression() || (object.isIdentifier() && GLOBALS.has(object.node.name)))
      return ROOTS.has(name) ? { api: '', via: 'alias' } : null
    const exported = this.exported(object, name)
    if (exported)
      return exported
    const whole = this.denotes(object, depth + 1)
    if (whole)
      return { api: join(whole.api, name), via: whole.via }
    return this.bundled && DISTINCT.has(name) && this.renamed(object) ? { api: name, via: 'bundled' } : null
  }

  /** What `X.name` is when X is another file of the package. */
  exported(object, name) {
    const file = requiredFile(object)
    return file ? this.exportsOf[file]?.[name] ?? null : null
  }

  call(path, depth) {
    const callee = path.get('callee')
    const name = callee.isIdentifier() ? callee.node.name : memberName(callee.node) ?? ''
    if (WRAPS.test(name) || (name === 'assign' && callee.node.object?.name === 'Object')) {
      for (const given of path.get('arguments')) {
        const found = this.denotes(given, depth + 1)
        if (found)
          return { api: found.api, via: 'alias' }
      }
    }
    return null
  }

  /** Whether a bundler made this expression: a module's `.default`, `i()`, or a variable that holds a module. */
  renamed(object) {
    if (object.isCallExpression())
      return object.node.arguments.length === 0 && object.get('callee').isIdentifier()
    if (object.isMemberExpression())
      return ['default', 'a', 'index'].includes(memberName(object.node))
    if (!object.isIdentifier())
      return false
    const binding = object.scope.getBinding(object.node.name)
    const init = binding?.path.isVariableDeclarator() ? binding.path.node.init : null
    return init?.type === 'CallExpression' && init.arguments.length === 1 && /^(?:Numeric|String)Literal$/.test(init.arguments[0].type) && !init.__file
  }
}

const aliased = found => found && { api: found.api, via: found.via === 'direct' ? 'alias' : found.via }
const join = (whole, name) => (whole ? `${whole}.${name}` : name)

/** The name in `x.name` or `x["name"]`; null when it is worked out at run time. */
export function memberName(node) {
  if (node?.type !== 'MemberExpression' && node?.type !== 'OptionalMemberExpression')
    return null
  if (!node.computed)
    return node.property.name ?? null
  return node.property.type === 'StringLiteral' ? node.property.value : null
}

/** The name of an object's property or a pattern's; null when it is worked out at run time. */
export function keyOf(property) {
  if (!property.key || property.computed)
    return null
  return property.key.name ?? (typeof property.key.value === 'string' ? property.key.value : null)
}

/** Whether a bundler handed uni-app's object to a module: `.call(this, n("543d")["default"])`. */
function isInjected(given) {
  const required = given.isMemberExpression() && memberName(given.node) === 'default' ? given.node.object : null
  return given.listKey === 'arguments' && given.key > 0 && required?.type === 'CallExpression' && required.arguments.length === 1 && /^(?:Numeric|String)Literal$/.test(required.arguments[0].type)
}

/** What an immediately called function gets for one of its parameters. */
function argumentOf(binding) {
  const callee = binding.scope.path
  const at = callee.node.params?.indexOf(binding.identifier) ?? -1
  if (at < 0)
    return null
  const parent = callee.parentPath
  if (parent.isCallExpression() && callee.key === 'callee')
    return parent.get('arguments')[at] ?? null
  const outer = parent.parentPath
  if (parent.isMemberExpression() && memberName(parent.node) === 'call' && outer?.isCallExpression() && parent.key === 'callee')
    return outer.get('arguments')[at + 1] ?? null
  return null
}

/** The file that an expression requires, when it is `require("./x")` or a variable that holds that; marked by the reader before. */
export function requiredFile(path) {
  if (path.isCallExpression())
    return path.node.__file ?? null
  if (!path.isIdentifier())
    return null
  const binding = path.scope.getBinding(path.node.name)
  if (binding?.path.isVariableDeclarator() && binding.path.node.id.type === 'Identifier')
    return binding.path.node.init?.__file ?? null
  return binding?.kind === 'module' && binding.path.isImportNamespaceSpecifier() ? binding.path.parent.__file ?? null : null
}

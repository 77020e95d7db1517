/** Names of the browser that a mini program's JavaScript does not have. */
const ABSENT = ['window', 'document', 'location', 'navigator', 'localStorage', 'sessionStorage', 'fetch', 'XMLHttpRequest', 'history', 'self']

/** Wraps every JavaScript file into a CommonJS function, as WeChat's loader does. */
export function packModules(files, read) {
  const modules = files.filter(name => name.endsWith('.js'))
    .map(name => `${JSON.stringify(name)}:function(require,module,exports,${ABSENT.join()}){${read(name)}\n}`)
  return `{${modules.join(',\n')}}`
}

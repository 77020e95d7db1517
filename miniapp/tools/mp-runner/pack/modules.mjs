import { transformSync } from 'esbuild'

/** What the loader hands to every module besides require: timers that it can count and hasten. */
const GIVEN = ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'requirePlugin']
/** Names of the browser that a mini program's JavaScript does not have. */
const ABSENT = ['window', 'document', 'location', 'navigator', 'localStorage', 'sessionStorage', 'fetch', 'XMLHttpRequest', 'history', 'self']
const ESM = /^\s*(?:import\b[^(]|export\b)/m

/** Wraps every JavaScript file into a CommonJS function, as WeChat's loader does; a file that can't be read throws when it is required. */
export function packModules(files, read) {
  const modules = files.filter(name => name.endsWith('.js'))
    .map(name => `${JSON.stringify(name)}:function(require,module,exports,${[...GIVEN, ...ABSENT].join()}){return(function(){${script(name, read(name))}\n}).call(this)}`)
  return `{${modules.join(',\n')}}`
}

/** Sources written as ES modules become CommonJS, as WeChat's editor makes them on upload. */
function script(name, source) {
  try {
    // a script is looked at too, so that one broken file does not break the whole package
    const { code } = transformSync(source, ESM.test(source) ? { loader: 'js', format: 'cjs', target: 'es2020' } : { loader: 'js' })
    return ESM.test(source) ? code : source
  }
  catch (error) {
    const [first] = error.errors ?? []
    return `throw new SyntaxError(${JSON.stringify(`${name}:${first?.location?.line ?? 0} ${first?.text ?? error.message}`)})`
  }
}

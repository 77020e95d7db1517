import path from 'node:path'

/** Every relative require() leads to a file of the package. */
export function checkRequires(files, read) {
  const known = new Set(files)
  return files.filter(name => name.endsWith('.js')).flatMap(file =>
    Array.from(read(file).matchAll(/\brequire\(["'](\.[^"']+)["']\)/g), ([, wanted]) => wanted)
      .filter((wanted) => {
        const base = path.posix.join(path.posix.dirname(file), wanted)
        return ![base, `${base}.js`, `${base}/index.js`].some(candidate => known.has(candidate))
      })
      .map(wanted => ({ check: 'require', file, message: `cannot find ${wanted}` })))
}

import { statSync } from 'node:fs'
import path from 'node:path'

const NOT_UPLOADED = ['project.config.json', 'project.private.config.json']
const NAMED_FILES = 5

/** Package sizes against `budgets` {main_kb, package_kb}; a KB is 1000 bytes, the stricter reading. */
export function checkSizes(build, files, read, { main_kb, package_kb }) {
  const app = JSON.parse(safe(read('app.json')))
  const roots = (app.subPackages ?? app.subpackages ?? []).map(({ root }) => `${root.replace(/\/$/, '')}/`)
  const members = new Map(['', ...roots].map(root => [root, []]))
  for (const file of files.filter(name => !NOT_UPLOADED.includes(name))) {
    const bytes = statSync(path.join(build, file)).size
    members.get(roots.find(root => file.startsWith(root)) ?? '').push({ file, bytes })
  }
  const packages = {}
  const findings = []
  for (const [root, content] of members) {
    const bytes = content.reduce((sum, member) => sum + member.bytes, 0)
    packages[root] = bytes
    const budget = (root ? package_kb : main_kb) * 1000
    if (bytes > budget) {
      const largest = content.sort((a, b) => b.bytes - a.bytes).slice(0, NAMED_FILES).map(({ file, bytes }) => `${file} ${bytes}`)
      findings.push({ check: 'size', file: root || 'main package', message: `${bytes} bytes, budget ${budget}; largest: ${largest.join(', ')}` })
    }
  }
  return { packages, findings }
}

/** A broken app.json is the compiler's finding; sizes are then those of one package. */
function safe(text) {
  try {
    JSON.parse(text)
    return text
  }
  catch {
    return '{}'
  }
}

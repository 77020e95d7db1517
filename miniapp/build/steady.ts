import type { Plugin } from 'vite'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'

const require = createRequire(import.meta.url)
const here = process.cwd()
// node_modules may be a link to another folder
const places = [realpathSync(path.join(here, 'node_modules')), here].map(place => place.split(path.sep).join('/'))

interface Digest { (text: string): string, __esModule?: true, default?: (text: string) => string }

/**
 * Makes the output the same wherever the folder lies. The framework names components without scoped styles by a digest of
 * their absolute path; the digest (hash-sum, taken by its default export) is told the path without the folder. Checked: an
 * upgrade that digests otherwise fails the build.
 */
export function steady(): Plugin {
  const compiler = createRequire(require.resolve('@dcloudio/uni-cli-shared'))
  const digest = compiler('hash-sum') as Digest
  if (!digest.default) {
    const within = (text: string) => digest(places.reduce((shorter, place) => shorter.replaceAll(place, ''), text))
    Object.assign(digest, { __esModule: true, default: within })
  }
  const { hash } = require('@dcloudio/uni-cli-shared') as { hash: (text: string) => string }
  if (hash(`${here}/a.vue`) !== digest('/a.vue'))
    throw new Error('The uni-app compiler has changed: see build/steady.ts')
  return { name: 'steady', apply: 'build' }
}

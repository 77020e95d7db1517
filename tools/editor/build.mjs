// Writes fangcun/doors/console/static/console/plan/editor/: the library in one file, and the licences of what is in it.
// `npm ci && npm run build`; the same versions give the same bytes.
import { build } from 'esbuild'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, '../../fangcun/doors/console/static/console/plan/editor')
await mkdir(out, { recursive: true })
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ['editor.js'],
  outfile: join(out, 'codemirror.min.js'),
  bundle: true,
  format: 'iife',
  globalName: 'CodeMirror',
  minify: true,
  target: 'es2020',
  charset: 'utf8',
  legalComments: 'none',
  banner: { js: '/* CodeMirror 6 and what it needs: MIT licence, see LICENSE beside this file. */' },
  metafile: true,
})

const parts = new Set(Object.keys(metafile.inputs).flatMap(path => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []))
const texts = new Map()
for (const part of [...parts].sort()) {
  const folder = join(here, 'node_modules', part)
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  if (license !== 'MIT') throw new Error(`${part} has the licence ${license}`)
  const text = (await readFile(join(folder, 'LICENSE'), 'utf8')).trim()
  texts.set(text, [...(texts.get(text) ?? []), `${part} ${version}`])
}
const licences = [...texts].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`)
await writeFile(join(out, 'LICENSE'), licences.join(`\n${'-'.repeat(80)}\n\n`))

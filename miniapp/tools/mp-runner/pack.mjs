#!/usr/bin/env node
// node pack.mjs BUILD OUT: turns a WeChat mini program build into a page a browser can open.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { findComponents } from './pack/components.mjs'
import { packModules } from './pack/modules.mjs'
import { isolationOf, packStyles, scopeOf } from './pack/styles.mjs'
import { packTemplates } from './pack/templates.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))

/** Packs `build` into `out` and returns the problems its templates have. */
export function pack(build, out) {
  const files = readdirSync(build, { recursive: true }).map(name => String(name).split(path.sep).join('/')).filter(name => statSync(path.join(build, name)).isFile())
  if (!files.includes('app.json'))
    throw new Error(`${build} is not a WeChat build: it has no app.json. Make it with: npm run build:mp-weixin`)
  const read = name => readFileSync(path.join(build, name), 'utf8')
  const tags = JSON.parse(readFileSync(path.join(here, 'tags.json'), 'utf8'))
  const { templates, problems } = packTemplates(files, read, Object.keys(tags))
  const json = Object.fromEntries(files.filter(name => name.endsWith('.json') && !name.startsWith('project.') && belongs(name, files))
    .map(name => [name.slice(0, -'.json'.length), parsed(name, read(name), problems)]))
  const pages = pagesOf(json.app)
  for (const page of pages)
    json[page] ??= {} // a page may do without its .json
  const missing = findComponents(json, files)
  const isolation = isolationOf(files, read, pages, json)
  const scopes = Object.fromEntries(Object.entries(isolation).map(([name, kind]) => [name, { kind, scope: scopeOf(name) }]))

  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  cpSync(build, path.join(out, 'pkg'), { recursive: true })
  writeFileSync(path.join(out, 'package.css'), packStyles(files, read, Object.keys(tags), { pages, isolation }))
  writeFileSync(path.join(out, 'package.js'), `window.__package={tags:${JSON.stringify(tags)},json:${JSON.stringify(json)},scopes:${JSON.stringify(scopes)},missing:${JSON.stringify(missing)},templates:${templates},modules:${packModules(files, read)}}`)
  buildSync({ entryPoints: [path.join(here, 'runtime/main.js')], bundle: true, format: 'iife', outfile: path.join(out, 'runtime.js'), logLevel: 'error' })
  for (const name of ['index.html', 'runtime.css'])
    cpSync(path.join(here, 'runtime', name), path.join(out, name))
  return problems
}

/** A page's or component's settings that can't be read are none; without those of the app there is nothing to run. */
function parsed(name, text, problems) {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  }
  catch (error) {
    if (name === 'app.json')
      throw new Error(`app.json: ${error.message}`)
    problems.push({ file: name, line: 1, message: error.message })
    return {}
  }
}

/** app.json, and what configures a page or component; other JSON is data that no module can require. */
function belongs(name, files) {
  return name === 'app.json' || files.includes(name.replace(/json$/, 'wxml')) || files.includes(name.replace(/json$/, 'js'))
}

function pagesOf(app) {
  const packages = app.subPackages ?? app.subpackages ?? []
  return [...app.pages ?? [], ...packages.flatMap(({ root, pages }) => pages.map(page => `${root.replace(/^\/|\/$/g, '')}/${page}`))]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [build, out] = process.argv.slice(2)
  if (!build || !out) {
    console.error('usage: node pack.mjs BUILD OUT')
    process.exit(2)
  }
  const problems = pack(path.resolve(build), path.resolve(out))
  for (const { file, line, message } of problems)
    console.error(`${file}:${line} ${message}`)
  console.warn(problems.length ? `packed with ${problems.length} problems` : `packed ${build} into ${out}`)
  process.exit(problems.length ? 1 : 0)
}

#!/usr/bin/env node
// node facts.mjs [--compile] [--out FILE] FOLDER...: what the WeChat packages in these folders hold, as a JSON list; see ../README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkRequires } from './checks/requires.mjs'
import { checkTemplates } from './checks/templates.mjs'
import { listFiles, packageRoot, readJson } from './facts/files.mjs'
import { readScripts } from './facts/scripts.mjs'
import { readStyles } from './facts/styles.mjs'
import { readTemplate } from './facts/templates.mjs'

export const SCHEMA = 1

/**
 * The facts of the package in `folder`; {error} when there is none.
 * `compile` also asks the official compiler, which takes seconds to a quarter of a minute.
 */
export async function gather(folder, { compile = false } = {}) {
  const root = packageRoot(folder)
  if (!root)
    return { schema: SCHEMA, folder, error: 'no app.json' }
  const files = listFiles(root)
  const read = name => readFileSync(path.join(root, name), 'utf8')
  const json = Object.fromEntries(files.filter(({ kind, file }) => kind === 'json' && !/(?:^|\/)(?:node_modules|package-lock)/.test(file))
    .map(({ file }) => [file, readJson(path.join(root, file))]))
  const project = json['project.config.json']?.value ?? readJson(path.join(folder, 'project.config.json')).value ?? null
  const names = files.map(({ file }) => file)
  const framework = frameworkOf(names, read)
  const of = kind => files.filter(one => one.kind === kind)
  const facts = {
    schema: SCHEMA,
    folder: root,
    framework,
    files,
    json,
    project,
    scripts: readScripts(files, read, { bundled: framework !== 'native' }),
    templates: Object.fromEntries(of('template').map(({ file, library }) => [file, { library, ...readTemplate(read(file)) }])),
    styles: Object.fromEntries(of('style').map(({ file, library }) => [file, { library, ...readStyles(read(file)) }])),
    faults: [...checkTemplates(names, read), ...checkRequires(names, read)],
    quality: {},
    compiled: compile,
  }
  if (json['app.json'].value) {
    const { compileProject } = await import('./checks/compiler.mjs')
    const { readQuality } = await import('./facts/quality.mjs')
    facts.quality = await readQuality(root)
    if (compile)
      facts.faults.push(...await compileProject(root))
  }
  else if (compile) {
    facts.faults.push({ check: 'compiler', file: 'app.json', message: json['app.json'].error })
  }
  return facts
}

/** Who made the package: 'uni', 'taro' or 'native'. */
function frameworkOf(names, read) {
  if (names.includes('common/vendor.js'))
    return 'uni'
  if (names.includes('taro.js') || names.some(name => /(?:^|\/)(?:vendors|base)\.js$/.test(name) && /webpackJsonp/.test(read(name).slice(0, 2000))))
    return 'taro'
  return names.includes('app.js') && /webpackJsonp/.test(read('app.js').slice(0, 4000)) ? 'taro' : 'native'
}

async function main() {
  const { values: options, positionals: folders } = parseArgs({
    allowPositionals: true,
    options: { compile: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  if (!folders.length) {
    console.error('usage: node facts.mjs [--compile] [--out FILE] FOLDER...')
    return 2
  }
  const answer = process.stdout.write.bind(process.stdout)
  process.stdout.write = (...said) => process.stderr.write(...said) // the official tools chat
  const all = []
  for (const folder of folders)
    all.push(await gather(path.resolve(folder), options))
  const text = JSON.stringify(all)
  if (options.out)
    writeFileSync(options.out, text)
  else
    await new Promise(done => answer(`${text}\n`, done))
  return 0
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main().then(code => process.exit(code)) // the compiler leaves its workers running

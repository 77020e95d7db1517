#!/usr/bin/env node
// node check.mjs BUILD [--plan FOLDER] [--report FILE]: checks a WeChat build; no network, no DevTools. Exit 1 when something is wrong.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compile } from './checks/compiler.mjs'
import { checkRequires } from './checks/requires.mjs'
import { checkSizes } from './checks/sizes.mjs'
import { checkTemplates } from './checks/templates.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))

/**
 * Runs every check on `build`.
 * Answers {ok, findings: [{check, file, line, message}], packages: {name: bytes}, notes: [text]}.
 */
export async function check(build, budgets) {
  const files = readdirSync(build, { recursive: true }).map(name => String(name).split(path.sep).join('/')).filter(name => statSync(path.join(build, name)).isFile())
  if (!files.includes('app.json'))
    throw new Error(`${build} is not a WeChat build: it has no app.json. Make it with: npm run build:mp-weixin`)
  const read = name => readFileSync(path.join(build, name), 'utf8')
  const compiled = await compile(build)
  const findings = [...checkTemplates(files, read), ...checkRequires(files, read), ...compiled.findings]
  const sizes = checkSizes(build, files, read, budgets)
  findings.push(...sizes.findings)
  return { ok: findings.length === 0, findings, packages: sizes.packages, notes: compiled.notes }
}

async function main() {
  const { values: options, positionals: [build] } = parseArgs({
    allowPositionals: true,
    options: { plan: { type: 'string', default: process.env.FANGCUN_PLAN || path.join(here, '../../plan') }, report: { type: 'string' } },
  })
  if (!build) {
    console.error('usage: node check.mjs BUILD [--plan FOLDER] [--report FILE]')
    return 2
  }
  const report = await check(path.resolve(build), JSON.parse(readFileSync(path.join(options.plan, 'sitemap.json'), 'utf8')).budgets)
  if (options.report)
    writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`)
  for (const [name, bytes] of Object.entries(report.packages))
    console.warn(`${name || 'main package'}: ${(bytes / 1000).toFixed(1)} KB`)
  for (const note of report.notes)
    console.warn(`note: ${note}`)
  for (const { check, file, line, message } of report.findings)
    console.error(`${check}: ${file ? `${file}${line ? `:${line}` : ''} ` : ''}${message}`)
  console.warn(report.ok ? 'ok' : `${report.findings.length} findings`)
  return report.ok ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main().then(code => process.exit(code)) // the compiler leaves its workers running

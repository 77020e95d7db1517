import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import ci from 'miniprogram-ci'
import http from 'miniprogram-ci/dist/utils/request.js'

/** Advice, not faults: uni-app keeps what several packages share in the main one. */
const ADVICE = ['CONTAINS_OTHER_PKG_COMPONENTS', 'CONTAINS_OTHER_PKG_JS']

// The compiler asks servicewechat.com which file types may be uploaded and falls back to its own list; here it does not ask.
http.request = async () => ({ body: '{"errCode":0}' })

let key // one for all projects of this run

/** The official compiler and its quality rules, kept off the network. */
export async function compile(build) {
  const findings = await compileProject(build)
  const notes = []
  if (findings.length)
    return { findings, notes }
  for (const rule of await scanProject(build)) {
    if (ADVICE.includes(rule.name))
      notes.push(...(rule.detail?.comps ?? rule.detail?.files ?? []).map(file => `only sub-packages use ${file}`))
    else if (!rule.success && !rule.name.endsWith('_COMPRESS_OPEN'))
      findings.push({ check: 'quality', message: `${rule.name} ${rule.text}` })
  }
  return { findings, notes }
}

/** What the official compiler refuses: [{check: 'compiler', file, message}]. */
export async function compileProject(build) {
  return inScratch(build, async (project, scratch) => {
    try {
      await ci.getCompiledResult({ project, version: '0.0.0', desc: '', setting: { es6: true, minify: true }, onProgressUpdate() {} }, path.join(scratch, 'out.zip'))
      return []
    }
    catch (error) {
      return [{ check: 'compiler', file: error.path, message: String(error.message).slice(0, 500) }]
    }
  })
}

/** WeChat's rules of code quality: [{name, success, text, detail}]. */
export async function scanProject(build) {
  return inScratch(build, (project, scratch) => ci.checkCodeQuality(project, path.join(scratch, 'quality.json')))
}

async function inScratch(build, work) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'wx-check-'))
  try {
    return await work(offlineProject(build, scratch), scratch)
  }
  finally {
    rmSync(scratch, { recursive: true })
  }
}

/** `attr()` is the documented member of IProject that would ask servicewechat.com; the key signs uploads and is never used. */
function offlineProject(build, scratch) {
  key ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' })
  const file = path.join(scratch, 'key.pem')
  writeFileSync(file, key)
  const project = new ci.Project({ appid: 'wx0000000000000000', type: 'miniProgram', projectPath: build, privateKeyPath: file, ignores: [] })
  project.attr = async () => ci.DefaultProjectAttr
  return project
}

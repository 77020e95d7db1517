import { scanProject } from '../checks/compiler.mjs'

/** WeChat's own advice on a package's code, rule by rule, with what each names: {rule: {ok, detail}}. */
export async function readQuality(build) {
  const found = {}
  for (const { name, success, detail } of await scanProject(build))
    found[name] = { ok: Boolean(success), detail: detail ?? null }
  return found
}

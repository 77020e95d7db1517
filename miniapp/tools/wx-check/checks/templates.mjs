import { TmplGroup } from 'glass-easel-template-compiler'

/** WXML syntax, by WeChat's own template compiler: miniprogram-ci does not look at it. */
export function checkTemplates(files, read) {
  const group = new TmplGroup()
  return files.filter(name => name.endsWith('.wxml')).flatMap(file =>
    (group.addTmpl(file.slice(0, -'.wxml'.length), read(file)) ?? [])
      .filter(found => found.isError || found.message === 'missing end tag')
      .map(found => ({ check: 'wxml', file, line: found.startLine + 1, message: found.message })))
}

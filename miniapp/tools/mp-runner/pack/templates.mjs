import { TmplGroup } from 'glass-easel-template-compiler'

/** Compiles WXML and WXS with WeChat's own template compiler. */
export function packTemplates(files, read, tags) {
  const group = new TmplGroup()
  const problems = []
  for (const file of files.filter(name => name.endsWith('.wxs'))) {
    // required by its full name from <wxs src>, and without the ending from another .wxs
    group.addScript(file, read(file))
    group.addScript(file.slice(0, -'.wxs'.length), read(file))
  }
  const rename = renamer(tags)
  for (const file of files.filter(name => name.endsWith('.wxml'))) {
    for (const found of group.addTmpl(file.slice(0, -'.wxml'.length), rename(read(file))) ?? []) {
      if (found.isError || found.message === 'missing end tag')
        problems.push({ file, line: found.startLine + 1, message: found.message })
    }
  }
  return { templates: group.getTmplGenObjectGroups(), problems }
}

/** Built-in tags become wx-*, so that no browser takes them for its own; bindtap becomes bind:tap, which the engine knows. */
function renamer(tags) {
  const longestFirst = [...tags].sort((a, b) => b.length - a.length).join('|')
  const tag = new RegExp(`(</?)(${longestFirst})(?=[\\s/>])`, 'g')
  const binding = /(\s)(capture-bind|capture-catch|mut-bind|bind|catch)(?=[a-z_][\w-]*=)/gi
  return source => source.replace(tag, '$1wx-$2').replace(binding, '$1$2:')
}

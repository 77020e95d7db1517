import path from 'node:path'
import postcss from 'postcss'
import selectorParser from 'postcss-selector-parser'
import { fromRpx } from './rpx.js'

/** Joins all WXSS into one style sheet. Component styles are not isolated from each other here. */
export function packStyles(files, read, tags) {
  const included = new Set()
  const renameTags = selectorParser((root) => {
    root.walkTags((node) => {
      if (node.value === 'page')
        node.replaceWith(selectorParser.className({ value: 'mp-page' }))
      else if (tags.includes(node.value))
        node.value = `wx-${node.value}`
    })
  })

  function include(file) {
    if (included.has(file) || !files.includes(file))
      return ''
    included.add(file)
    let imported = ''
    const root = postcss.parse(read(file), { from: file })
    root.walkAtRules('import', (rule) => {
      const target = rule.params.replace(/["']/g, '')
      imported += include(target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(file), target))
      rule.remove()
    })
    root.walkRules((rule) => {
      if (!(rule.parent.name ?? '').endsWith('keyframes'))
        rule.selector = renameTags.processSync(rule.selector)
    })
    root.walkDecls((declaration) => {
      declaration.value = fromRpx(declaration.value)
    })
    return `${imported}${root}\n`
  }

  return include('app.wxss') + files.filter(name => name.endsWith('.wxss')).map(include).join('')
}

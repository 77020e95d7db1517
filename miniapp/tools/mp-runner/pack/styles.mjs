import path from 'node:path'
import postcss from 'postcss'
import selectorParser from 'postcss-selector-parser'
import { fromRpx } from './rpx.js'

/** How WeChat keeps styles apart: app.wxss and a page's own reach the page, a component's reach the component, unless it says otherwise. */
export function isolationOf(files, read, pages, json) {
  const sources = files.filter(name => name.endsWith('.js')).map(name => [name.slice(0, -3), read(name)])
  const usual = sources.some(([, source]) => /styleIsolation\s*\|\|/.test(source)) ? 'shared' : 'isolated' // uni-app's runtime opens all of its components
  const isolation = {}
  for (const [name, source] of sources) {
    if (name === 'app' || pages.includes(name) || !(name in json))
      continue
    const config = json[name] ?? {}
    const written = source.match(/styleIsolation["']?\s*:\s*["']([\w-]+)["']/)?.[1]
    const open = config.addGlobalClass || /addGlobalClass["']?\s*:\s*(?:true|!0)/.test(source)
    isolation[name] = config.styleIsolation ?? written ?? (open ? 'apply-shared' : usual)
  }
  return isolation
}

/** The name under which a component's classes stand in the document. */
export const scopeOf = name => `s${name.replace(/\W/g, '_')}`

/** Joins all WXSS into one style sheet, each under the scope that WeChat gives it. */
export function packStyles(files, read, tags, { pages, isolation }) {
  const written = new Set()

  function rewrite(selectors, { page, scope }) {
    return selectorParser((root) => {
      root.walkTags((node) => {
        if (node.value === 'page')
          node.replaceWith(selectorParser.className({ value: 'mp-page' }))
        else if (tags.includes(node.value))
          node.value = `wx-${node.value}`
      })
      if (scope) {
        root.walkClasses((node) => {
          node.value = `${scope}--${node.value}`
        })
        root.walkPseudos((node) => {
          if (node.value === ':host')
            node.replaceWith(selectorParser.attribute({ attribute: 'wx-host', operator: '=', value: scope, quoteMark: '"', raws: {} }))
        })
      }
      if (page) {
        const here = `[data-route="${page}"]`
        root.each((selector) => {
          const own = selector.nodes.find(node => node.type === 'class' && node.value === 'mp-page')
          if (own)
            own.replaceWith(selectorParser.className({ value: 'mp-page' }), selectorParser.attribute({ attribute: 'data-route', operator: '=', value: page, quoteMark: '"', raws: {} }))
          else
            selector.prepend(selectorParser.pseudo({ value: `:where(${here}) ` }))
        })
      }
    }).processSync(selectors)
  }

  function include(file, scope, seen = new Set()) {
    if (seen.has(file) || !files.includes(file))
      return ''
    seen.add(file)
    let imported = ''
    const root = parsed(file, read)
    root.walkAtRules('import', (rule) => {
      const target = rule.params.replace(/^url\(|\)$|["']/g, '')
      imported += include(target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(file), target), scope, seen)
      rule.remove()
    })
    root.walkRules((rule) => {
      if (!(rule.parent.name ?? '').endsWith('keyframes'))
        rule.selector = rewrite(rule.selector, scope)
    })
    root.walkDecls((declaration) => {
      declaration.value = fromRpx(declaration.value)
    })
    return `${imported}${root}\n`
  }

  function own(name) {
    const file = `${name}.wxss`
    if (written.has(file))
      return ''
    written.add(file)
    const isScoped = ['isolated', 'apply-shared', 'page-isolated', 'page-apply-shared'].includes(isolation[name])
    return include(file, { page: pages.includes(name) ? name : '', scope: isScoped ? scopeOf(name) : '' })
  }

  return [own('app'), ...Object.keys(isolation).map(own), ...pages.map(own)].join('')
}

/** WeChat leaves out what it can't read in a style sheet; so does this. */
function parsed(file, read) {
  try {
    return postcss.parse(read(file), { from: file })
  }
  catch {
    return postcss.root()
  }
}

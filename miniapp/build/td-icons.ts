import type { Plugin } from 'vite'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

// Replaces TDesign's 145 KB icon stylesheet (2,300 glyphs, web font on tdesign.gtimg.com) with
// CSS-mask icons for the names in use, taken from @iconify-json/tdesign (MIT). No network at run time.
const require = createRequire(import.meta.url)

interface IconSet { width?: number, height?: number, icons: Record<string, { body: string }>, aliases?: Record<string, { parent: string }> }

// what the parts of the library that we use draw themselves, and the commonest of our own
const INTERNAL = ['add', 'check', 'check-circle', 'check-circle-filled', 'chevron-right', 'circle', 'close', 'close-circle-filled', 'delete', 'error-circle-filled', 'info-circle-filled', 'loading', 'remove', 'search', 'time', 'user']

export function tdIcons(names: string[] = []): Plugin {
  return {
    name: 'td-icons',
    enforce: 'pre',
    load(id) {
      const [file] = id.split('?')
      if (!/@tdesign[\\/]uniapp[\\/]dist[\\/]icon[\\/]icon\.css$/.test(file!))
        return null
      const set = JSON.parse(readFileSync(require.resolve('@iconify-json/tdesign/icons.json'), 'utf8')) as IconSet
      const css = readFileSync(file!, 'utf8')
      const base = css
        .replace(/@font-face\s*\{[^}]*\}/, '')
        .replace(/\.t-icon-[\w-]+:before\s*\{[^}]*\}/g, '')
        .replace(/font-family: t !important;/, '')
      const out = [base, `.t-icon-base:before{content:'';display:block;width:1em;height:1em;background-color:currentColor}`]
      for (const name of new Set([...INTERNAL, ...names])) {
        const icon = set.icons[name] ?? set.icons[set.aliases?.[name]?.parent ?? '']
        if (!icon) {
          this.warn(`TDesign icon not found: ${name}`)
          continue
        }
        const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ${set.width ?? 24} ${set.height ?? 24}'>${icon.body.replace(/"/g, '\'')}</svg>`
        const url = `url("data:image/svg+xml,${svg.replace(/[%#<>]/g, c => encodeURIComponent(c))}") center/1em 1em no-repeat`
        out.push(`.t-icon-${name}:before{-webkit-mask:${url};mask:${url}}`)
      }
      return out.join('\n')
    },
  }
}

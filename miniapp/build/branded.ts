import type { Plugin } from 'vite'
import { brand } from '../src/plan/brand'

/** Puts the plan's name and colours into index.html, which the browser shows before the app is there. */
export function branded(): Plugin {
  const values: Record<string, string> = { NAME: brand.name, COLOR: encodeURIComponent(brand.color), ON_COLOR: encodeURIComponent(brand.on) }
  return {
    name: 'branded',
    transformIndexHtml: {
      order: 'pre',
      handler: html => html.replace(/%(NAME|COLOR|ON_COLOR)%/g, (_, name: string) => values[name]!),
    },
  }
}

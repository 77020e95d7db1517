#!/usr/bin/env node
// node build/plan.mjs: writes what the mini program takes from the compiled blueprint: pages, tabs, titles, packages,
// colours and the types of `track()`. The plan is the folder that FANGCUN_PLAN names, else plan/. What a page looks like
// beyond its plan stands in page-styles.json. Runs before every build and check; the files it writes are not kept in git.
import { Buffer } from 'node:buffer'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { tinted } from './tint.mjs'

const HERE = fileURLToPath(new URL('..', import.meta.url))
const NOTE = 'Written by build/plan.mjs from the compiled blueprint; changes here are lost.'

/** The mini program cannot be made from this plan; the text is the one sentence to show. */
export class Trouble extends Error {}

/** The compiled blueprint in a folder. Throws Trouble when there is none. */
export function readPlan(folder) {
  const read = (name) => {
    try {
      return readFileSync(path.join(folder, name), 'utf8')
    }
    catch {
      throw new Trouble(`${path.join(folder, name)} is missing; write the plan with: fangcun plan compile BLUEPRINT --out ${folder}`)
    }
  }
  const json = name => JSON.parse(read(`${name}.json`))
  return { sitemap: json('sitemap'), pages: json('pages'), theme: json('theme'), tracking: json('tracking'), types: read('tracking.d.ts') }
}

/** Paths of the pages in the source: components named like their folder, as in pages/home/home.vue. */
export function sourcePages(root = HERE) {
  return readdirSync(path.join(root, 'src'), { recursive: true })
    .map(name => String(name).split(path.sep).join('/'))
    .filter(name => /^pages[^/]*\/(?:.*\/)?([^/]+)\/\1\.vue$/.test(name))
    .map(name => name.replace(/\.vue$/, ''))
    .sort()
}

/**
 * The files to write, by their place under src/. `styles` is page-styles.json, `sources` what `sourcePages` found.
 * Throws Trouble when the plan and the source do not have the same pages.
 */
export function derive(plan, styles, sources) {
  samePages(plan, styles, sources)
  return {
    'pages.json': `${JSON.stringify(pagesJson(plan, styles), null, 2)}\n`,
    'plan/pages.ts': pagesModule(plan),
    'plan/brand.ts': brandModule(plan),
    'plan/brand.scss': brandStyles(plan),
    'plan/tracking.d.ts': trackingTypes(plan),
  }
}

function samePages({ sitemap }, styles, sources) {
  const planned = sitemap.pages.map(page => page.path)
  const lacking = (from, names) => names.filter(name => !from.includes(name)).join(', ')
  const unbuilt = lacking(sources, planned)
  if (unbuilt)
    throw new Trouble(`The plan has pages that the source lacks: ${unbuilt}; write src/<path>.vue for each, or take it out of the blueprint.`)
  const unplanned = lacking(planned, sources)
  if (unplanned)
    throw new Trouble(`The source has pages that the plan lacks: ${unplanned}; add each to the blueprint's pages, or delete it.`)
  const unknown = lacking(planned, Object.keys(styles.pages))
  if (unknown)
    throw new Trouble(`page-styles.json describes pages that the plan lacks: ${unknown}; take them out.`)
  const names = planned.map(nameOf)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice)
    throw new Trouble(`Two pages are named ${twice}; the last part of a page's path must be its own.`)
}

/** What the code calls a page: the last part of its path. */
function nameOf(pagePath) {
  return pagePath.split('/').at(-1)
}

function pagesJson({ sitemap, pages, theme, tracking }, styles) {
  const first = sitemap.pages.find(page => page.id === sitemap.start)
  const { brand, on_brand } = theme.tokens
  const bar = { navigationBarBackgroundColor: brand, navigationBarTextStyle: isLight(on_brand) ? 'white' : 'black', backgroundColor: brand, backgroundTextStyle: isLight(on_brand) ? 'light' : 'dark' }
  const styled = (page, pagePath = page.path) => ({
    path: page.path,
    style: {
      ...page.style,
      // who opens the mini program sees whose it is
      ...(pagePath === first.path ? { navigationBarTitleText: tracking.enterprise } : {}),
      ...styles.pages[pagePath]?.style,
      ...(styles.pages[pagePath]?.branded ? bar : {}),
    },
  })
  const icon = ({ pagePath, text }) => {
    const name = styles.pages[pagePath]?.icon
    if (!name)
      throw new Trouble(`The plan makes ${pagePath} a tab, but page-styles.json names no icon for it; add one, drawn by build/tab-icons.py.`)
    return { pagePath, text, iconPath: `static/tab/${name}.png`, selectedIconPath: `static/tab/${name}-on.png` }
  }
  return {
    pages: pages.pages.map(page => styled(page)),
    globalStyle: { navigationBarTitleText: tracking.enterprise, ...styles.globalStyle },
    tabBar: { ...styles.tabBar, selectedColor: brand, list: pages.tabBar.list.map(icon) },
    easycom: styles.easycom,
    subPackages: pages.subPackages.map(({ root, pages }) => ({ root, pages: pages.map(page => styled(page, `${root}/${page.path}`)) })),
    preloadRule: preloads({ sitemap, pages }, styles),
  }
}

function preloads({ sitemap, pages }, styles) {
  const rootOf = (name) => {
    const page = sitemap.pages.find(page => page.package === name)
    const found = page && pages.subPackages.find(({ root }) => page.path.startsWith(`${root}/`))
    if (!found)
      throw new Trouble(`page-styles.json loads the package ${name} ahead, which the plan lacks; take it out.`)
    return found.root
  }
  const rules = Object.entries(styles.pages).filter(([, { preload }]) => preload)
  return Object.fromEntries(rules.map(([page, { preload }]) => [page, { ...preload, packages: preload.packages.map(rootOf) }]))
}

function pagesModule({ sitemap }) {
  const quoted = text => `'${text.replace(/[\\']/g, '\\$&')}'`
  const entries = sitemap.pages.map(page => `  ${nameOf(page.path)}: { path: ${quoted(`/${page.path}`)}, title: ${quoted(page.title)} },`)
  const tabs = sitemap.pages.filter(page => page.tab !== null).sort((a, b) => a.tab - b.tab)
  return [
    `// ${NOTE}`,
    'export const pages = {',
    ...entries,
    '} as const',
    '',
    'export type PageName = keyof typeof pages',
    '',
    '/** The pages of the tab bar, from left to right. */',
    `export const tabs: readonly PageName[] = [${tabs.map(page => quoted(nameOf(page.path))).join(', ')}]`,
    '',
  ].join('\n')
}

function brandModule({ theme, tracking }) {
  const { brand, brand_deep, brand_soft, on_brand } = theme.tokens
  const value = { name: tracking.enterprise, color: brand, deep: brand_deep, soft: brand_soft, on: on_brand }
  return `// ${NOTE}\nexport const brand = ${JSON.stringify(value, null, 2)} as const\n`
}

function brandStyles({ theme }) {
  const { brand, brand_deep, brand_soft, on_brand } = theme.tokens
  const values = { brand, 'brand-deep': brand_deep, 'brand-soft': brand_soft, 'on-brand': on_brand, 'corner': `${theme.corner_px}px` }
  return [`// ${NOTE}`, ...Object.entries(values).map(([name, value]) => `$${name}: ${value};`), ''].join('\n')
}

function trackingTypes({ tracking, types }) {
  const names = tracking.events.filter(event => event.automatic).map(event => `'${event.name}'`)
  return [`// ${NOTE}`, types.trimEnd(), '', '/** Recorded by the tracking client itself. */', `export type AutomaticEvent = ${names.join(' | ')}`, ''].join('\n')
}

/** Whether a colour is nearer to white than to black. */
function isLight(color) {
  const [red, green, blue] = [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16))
  return red * 0.299 + green * 0.587 + blue * 0.114 > 127
}

/** Writes a file whole and only when it changes: several builds run at a time. */
function write(file, content) {
  const bytes = Buffer.from(content)
  try {
    if (readFileSync(file).equals(bytes))
      return
  }
  catch {
    // it is not there yet
  }
  mkdirSync(path.dirname(file), { recursive: true })
  const beside = `${file}.${process.pid}`
  writeFileSync(beside, bytes)
  renameSync(beside, file)
}

function main() {
  const plan = readPlan(path.resolve(process.env.FANGCUN_PLAN || path.join(HERE, 'plan')))
  const styles = JSON.parse(readFileSync(path.join(HERE, 'page-styles.json'), 'utf8'))
  for (const [name, content] of Object.entries(derive(plan, styles, sourcePages())))
    write(path.join(HERE, 'src', name), content)
  const drawings = path.join(HERE, 'build', 'tab-icons')
  for (const name of readdirSync(drawings))
    write(path.join(HERE, 'src/static/tab', name), tinted(readFileSync(path.join(drawings, name)), plan.theme.tokens.brand))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main()
  }
  catch (error) {
    if (!(error instanceof Trouble))
      throw error
    console.error(error.message)
    process.exit(1)
  }
}

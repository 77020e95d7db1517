// @vitest-environment node
import type { Buffer } from 'node:buffer'
import type { Plan } from '../build/plan.mjs'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { track } from '@/tracking'
import { derive, readPlan, sourcePages } from '../build/plan.mjs'
import { tinted } from '../build/tint.mjs'

const at = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const styles = JSON.parse(readFileSync(at('page-styles.json'), 'utf8'))
const sources = sourcePages()

/** The plan we ship, changed. */
function changed(change: (plan: Plan) => void): Plan {
  const plan = structuredClone(readPlan(at('plan')))
  change(plan)
  return plan
}

it('accepts only events of the plan, with the properties of the plan', () => {
  const never = () => {
    track('goods_viewed', { product_id: 7, price_amount: 1990 })
    // @ts-expect-error not an event of the plan
    track('goods_stolen', { product_id: 7 })
    // @ts-expect-error a property is missing
    track('goods_viewed', { product_id: 7 })
    // @ts-expect-error an amount is a number
    track('goods_viewed', { product_id: 7, price_amount: '19.90' })
    // @ts-expect-error not one of the moments
    track('consent_answered', { moment: 'at_home', accepted: 1 })
    // @ts-expect-error a fact that only the server knows
    track('order_paid', { order_number: '1', amount: 1990 })
    // @ts-expect-error recorded by the client itself
    track('page_viewed', {})
  }
  expect(never).toBeTypeOf('function')
})

it('takes pages, titles and tabs from the plan', () => {
  const plan = changed(({ sitemap }) => {
    sitemap.pages.find(page => page.id === 'cart')!.title = '菜篮子'
  })
  expect(derive(plan, styles, sources)['plan/pages.ts']).toContain(`cart: { path: '/pages/cart/cart', title: '菜篮子' },`)
  const written = JSON.parse(derive(plan, styles, sources)['pages.json']!)
  expect(written.tabBar.list.map((tab: { pagePath: string }) => tab.pagePath)).toEqual(['pages/home/home', 'pages/category/category', 'pages/cart/cart', 'pages/me/me'])
  expect(written.subPackages.map((one: { root: string }) => one.root)).toEqual(['pages-goods', 'pages-trade', 'pages-user', 'pages-grow'])
  expect(written.preloadRule['pages/me/me']).toEqual({ network: 'wifi', packages: ['pages-trade', 'pages-user'] })
})

it('colours the bars, the styles and the chosen tab in the brand\'s colour', () => {
  const plan = changed(({ theme }) => {
    theme.tokens.brand = '#FFD60A'
    theme.tokens.on_brand = '#1A1A1A'
  })
  const files = derive(plan, styles, sources)
  const written = JSON.parse(files['pages.json']!)
  expect(written.tabBar.selectedColor).toBe('#FFD60A')
  expect(written.pages[0].style).toMatchObject({ navigationBarBackgroundColor: '#FFD60A', navigationBarTextStyle: 'black' })
  expect(files['plan/brand.scss']).toContain('$brand: #FFD60A;')
})

it('says in one sentence which page is missing where', () => {
  const more = changed(({ sitemap }) => {
    sitemap.pages.push({ id: 'party', title: '聚会', path: 'pages-party/party/party', package: 'party', tab: null })
  })
  expect(() => derive(more, styles, sources)).toThrow('The plan has pages that the source lacks: pages-party/party/party;')
  const fewer = changed(({ sitemap }) => {
    sitemap.pages = sitemap.pages.filter(page => page.id !== 'search')
  })
  expect(() => derive(fewer, styles, sources)).toThrow('The source has pages that the plan lacks: pages-goods/search/search;')
})

it('stops a build without a plan and says how to make one', () => {
  const empty = mkdtempSync(`${tmpdir()}/plan-`)
  const run = () => execFileSync(process.execPath, [at('build/plan.mjs')], { env: { ...process.env, FANGCUN_PLAN: empty }, encoding: 'utf8', stdio: 'pipe' })
  expect(run).toThrow(`${empty}/sitemap.json is missing; write the plan with: fangcun plan compile BLUEPRINT --out ${empty}`)
})

it('draws the chosen tab\'s icon in the brand\'s colour and leaves white white', () => {
  const green = readFileSync(at('build/tab-icons/home-on.png'))
  expect(tinted(green, '#087F45')).toBe(green)
  const red = tinted(green, '#c8102e')
  const palette = (png: Buffer) => {
    const start = png.indexOf('PLTE') + 4
    return Array.from({ length: png.readUInt32BE(start - 8) / 3 }, (_, i) => [...png.subarray(start + i * 3, start + i * 3 + 3)].join())
  }
  expect(red).toHaveLength(green.length)
  expect(palette(green)).toContain('252,253,253')
  expect(palette(red)).toContain('254,252,252')
  expect(palette(green)).toContain('7,126,68')
  expect(palette(red)).toContain('200,16,46')
})

/** The compiled files of a blueprint, as far as the mini program reads them. */
export interface Plan {
  sitemap: { start: string, pages: { id: string, title: string, path: string, package: string, tab: number | null }[] }
  pages: object
  theme: { tokens: Record<string, string>, corner_px: number }
  tracking: { enterprise: string, events: { name: string, automatic: boolean }[] }
  types: string
}

export class Trouble extends Error {}
export function readPlan(folder: string): Plan
export function sourcePages(root?: string): string[]
export function derive(plan: Plan, styles: { pages: Record<string, object> }, sources: string[]): Record<string, string>

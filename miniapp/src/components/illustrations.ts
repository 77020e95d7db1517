import { brand } from '@/plan/brand'

const shapes = {
  cart: '<path d="M52 44h8l8 34h36l8-24H66" /><circle cx="74" cy="90" r="5"/><circle cx="98" cy="90" r="5"/><path class="f" d="M72 60h30l-4 12H75z"/>',
  orders: '<rect x="56" y="32" width="48" height="62" rx="6"/><path d="M66 50h28M66 62h28M66 74h16"/><path class="f" d="M70 26h20v12H70z"/>',
  search: '<circle cx="76" cy="58" r="22"/><path d="m93 75 15 15"/><path class="f" d="M66 58a10 10 0 0 1 20 0z"/>',
  messages: '<path d="M50 38h60v42H84L72 92V80H50z"/><path class="f" d="M62 52h36v4H62zM62 63h24v4H62z"/>',
  address: '<path d="M80 96S54 74 54 56a26 26 0 0 1 52 0c0 18-26 40-26 40z"/><circle class="f" cx="80" cy="56" r="9"/>',
  offline: '<path d="M54 66a36 36 0 0 1 52 0M64 76a22 22 0 0 1 32 0"/><circle class="f" cx="80" cy="88" r="5"/><path d="m56 36 48 56"/>',
  broken: '<path d="M56 40h48v20H56zM56 66h48v20H56z"/><path class="f" d="M64 47h8v6h-8zM64 73h8v6h-8z"/><path d="m90 46 6 8m0-8-6 8M86 76h12"/>',
  gone: '<path d="M58 50h44l4 44H54z"/><path d="M68 50v-6a12 12 0 0 1 24 0v6"/><path class="f" d="M66 72h28v5H66z"/>',
  login: '<circle cx="80" cy="50" r="15"/><path d="M52 92a28 28 0 0 1 56 0z"/><path class="f" d="M62 88a18 18 0 0 1 36 0z"/>',
} as const

export type Illustration = keyof typeof shapes

/** A small line drawing on a soft ground, as a CSS background. */
export function illustration(name: Illustration): string {
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 160 120'><style>.f{fill:${brand.color};fill-opacity:.45;stroke:none}</style><ellipse cx='80' cy='66' rx='62' ry='46' fill='${brand.soft}'/><circle cx='24' cy='34' r='4' fill='${brand.color}' fill-opacity='.2'/><circle cx='138' cy='44' r='5' fill='#ffe1b3'/><circle cx='126' cy='24' r='3' fill='${brand.color}' fill-opacity='.2'/><g fill='#fff' stroke='${brand.color}' stroke-width='3' stroke-linecap='round' stroke-linejoin='round'>${shapes[name].replace(/"/g, '\'')}</g><ellipse cx='80' cy='112' rx='34' ry='3' fill='#dfe9e3'/></svg>`
  return `url("data:image/svg+xml,${svg.replace(/[%#<>]/g, c => encodeURIComponent(c))}")`
}

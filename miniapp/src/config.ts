import { brand } from '@/plan/brand'

/** Where the shop's server is and which mini program this is: known at build time, or read from config.json in a browser. */
export interface Config {
  apiBase: string
  program: string
  /** Address of the WeChat stand-in of the demo; null where there is none. */
  boxUrl: string | null
  privacyVersion: string
  brand: string
}

export const config: Config = {
  apiBase: '',
  program: '',
  boxUrl: null,
  privacyVersion: '2026-11',
  brand: brand.name,
}

let reading: Promise<Config> | null = null

/** The settings, read once; a failed read is tried again by the next caller. */
export function configured(): Promise<Config> {
  reading ??= read().catch((error) => {
    reading = null
    throw error
  })
  return reading
}

async function read(): Promise<Config> {
  // #ifdef H5
  const answer = await uni.request({ url: './config.json', timeout: 10_000 })
  const found = answer.data as { api_base?: string, program?: string, box_url?: string | null, privacy_version?: string, brand?: string }
  if (answer.statusCode !== 200 || !found.api_base || !found.program)
    throw new Error('config.json cannot be read')
  Object.assign(config, {
    apiBase: found.api_base.replace(/\/$/, ''),
    program: found.program,
    boxUrl: found.box_url ? found.box_url.replace(/\/$/, '') : null,
    privacyVersion: found.privacy_version ?? config.privacyVersion,
    brand: found.brand ?? config.brand,
  })
  // #endif
  // #ifndef H5
  config.apiBase = import.meta.env.VITE_API_BASE.replace(/\/$/, '')
  config.program = import.meta.env.VITE_PROGRAM
  // #endif
  return config
}

import type { Plugin } from 'vite'
import process from 'node:process'

/** A device number that the framework writes before the customer agreed to anything. */
const DEVICE_NUMBER = 'storage[UUID_KEY] = deviceId;'
/** Shadows under the navigation bar, fetched from the framework vendor's site. */
const SHADOWS = /url\(["']?https:\/\/cdn\.dcloud\.net\.cn\/[^)]*\)/g

/** Keeps the H5 framework from storing and fetching by itself. Both changes are checked: an upgrade that moves them fails the build. */
export function quietH5(): Plugin {
  let found = { number: false, shadows: false }
  return {
    name: 'quiet-h5',
    enforce: 'pre',
    apply: (_, { command }) => command === 'build' && process.env.UNI_PLATFORM === 'h5',
    buildStart() {
      found = { number: false, shadows: false }
    },
    transform(code, id) {
      if (!/uni-h5\.es\.js$/.test(id.split('?')[0]!) || !code.includes(DEVICE_NUMBER))
        return null
      found.number = true
      return { code: code.replace(DEVICE_NUMBER, ''), map: null }
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== 'asset' || !file.fileName.endsWith('.css'))
            continue
          const css = String(file.source)
          const quiet = css.replace(SHADOWS, 'none')
          found.shadows ||= quiet !== css
          file.source = quiet
        }
        if (!found.number || !found.shadows)
          this.error('uni-h5 has changed: see build/quiet-h5.ts')
      },
    },
  }
}

import type { Plugin } from 'vite'
import process from 'node:process'

/** Where each framework writes a device number before the customer agreed to anything. */
const DEVICE_NUMBER = /storage\[UUID_KEY\] = deviceId;|\b(?:wx|my|tt)\.setStorage\(\{\s*key: UUID_KEY,\s*data: deviceId,\s*\}\);/
const RUNTIME = /uni-(?:h5\.es|mp-\w+[\\/]dist[\\/]uni\.api\.esm)\.js$/
/** Shadows under the navigation bar, fetched from the framework vendor's site. */
const SHADOWS = /url\(["']?https:\/\/cdn\.dcloud\.net\.cn\/[^)]*\)/g

/** Keeps the framework from storing and fetching by itself. Both changes are checked: an upgrade that moves them fails the build. */
export function quiet(): Plugin {
  const h5 = process.env.UNI_PLATFORM === 'h5'
  let found = { number: false, shadows: !h5 }
  return {
    name: 'quiet',
    enforce: 'pre',
    apply: 'build',
    buildStart() {
      found = { number: false, shadows: !h5 }
    },
    transform(code, id) {
      if (!RUNTIME.test(id.split('?')[0]!) || !DEVICE_NUMBER.test(code))
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
          const quieted = css.replace(SHADOWS, 'none')
          found.shadows ||= quieted !== css
          file.source = quieted
        }
        if (!found.number || !found.shadows)
          this.error('The uni-app runtime has changed: see build/quiet.ts')
      },
    },
  }
}

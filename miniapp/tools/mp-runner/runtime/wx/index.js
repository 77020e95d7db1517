import { device } from './device.js'
import { interaction } from './interaction.js'
import { listeners } from './listeners.js'
import { navigation } from './navigation.js'
import { network } from './network.js'
import { storage } from './storage.js'
import { stranger } from './stranger.js'
import { unknown } from './stub.js'
import { wechat } from './wechat.js'

/** Calls that only look, and those that a tap may make without doing anything for the person. */
const QUIET = /^(?:canIUse|nextTick|getStorage|getStorageSync|getStorageInfo|getStorageInfoSync|get\w*Sync|getSystemInfo|getSystemInfoAsync|getWindowInfo|getDeviceInfo|getAppBaseInfo|getSystemSetting|getAppAuthorizeSetting|getMenuButtonBoundingClientRect|getNetworkType|getPerformance|getUpdateManager|getLogManager|getRealtimeLogManager|getFileSystemManager|create\w*|on[A-Z]\w*|off[A-Z]\w*|report\w*|arrayBufferToBase64|base64ToArrayBuffer)$/

/** The `wx` of the package. Frameworks copy its members one by one, so every name that is known has to be there from the start. */
export function createWx({ pack, pages, settings, journal }) {
  const made = { ...listeners(), ...stranger(journal, settings), ...device(pack, settings), ...storage(), ...network(settings, journal), ...navigation(pages, journal), ...interaction(journal), ...wechat(settings) }
  const members = { settings }
  for (const [name, member] of Object.entries(made))
    members[name] = typeof member === 'function' && name !== 'cloud' && !QUIET.test(name) ? noted(name, member) : member
  return new Proxy(members, {
    get: (target, name) => name in target ? target[name] : unknown(name, journal),
  })

  function noted(name, member) {
    return (...values) => {
      journal.note('call', name, brief(values[0]))
      return member(...values)
    }
  }
}

/** What a call was asked, as far as it can be written down. */
function brief(options) {
  if (typeof options !== 'object' || options === null)
    return {}
  const plain = Object.entries(options).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value))
  return Object.fromEntries(plain.map(([name, value]) => [name, Array.isArray(value) ? value.map(one => String(one).slice(0, 80)).slice(0, 20) : typeof value === 'string' ? value.slice(0, 300) : value]))
}

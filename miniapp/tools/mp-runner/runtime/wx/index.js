import { device } from './device.js'
import { interaction } from './interaction.js'
import { listeners } from './listeners.js'
import { navigation } from './navigation.js'
import { network } from './network.js'
import { storage } from './storage.js'
import { wechat } from './wechat.js'

/** There in WeChat but not here: a call is reported, so that a test does not pass by silence. */
const NOT_SIMULATED = [
  'addCard',
  'authorize',
  'chooseFile',
  'chooseInvoiceTitle',
  'chooseLocation',
  'chooseMessageFile',
  'compressImage',
  'exitMiniProgram',
  'getClipboardData',
  'getFuzzyLocation',
  'getImageInfo',
  'getLocation',
  'getUserInfo',
  'getUserProfile',
  'navigateBackMiniProgram',
  'navigateToMiniProgram',
  'openCustomerServiceChat',
  'openDocument',
  'openLocation',
  'openSetting',
  'preDownloadSubpackage',
  'saveImageToPhotosAlbum',
  'setBackgroundColor',
  'setBackgroundTextStyle',
  'setKeepScreenOn',
  'setScreenBrightness',
  'updateShareMenu',
  'vibrateLong',
]

/** The `wx` of the package. Frameworks copy its members one by one, so every name has to be there from the start. */
export function createWx({ pack, pages, settings }) {
  const wx = { settings, ...listeners(), ...device(pack, settings), ...storage(), ...network(settings), ...navigation(pages), ...interaction(), ...wechat(settings) }
  for (const name of NOT_SIMULATED) {
    wx[name] = (options) => {
      console.error(`wx.${name} is not simulated`)
      options?.fail?.({ errMsg: `${name}:fail not simulated` })
    }
  }
  return wx
}

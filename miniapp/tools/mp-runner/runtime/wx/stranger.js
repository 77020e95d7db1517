import { answer, refuse } from './answer.js'
import { anything, cloud } from './stub.js'

const DENIED = ['authorize', 'getLocation', 'getFuzzyLocation', 'startLocationUpdate', 'startLocationUpdateBackground', 'getUserProfile', 'getWeRunData', 'saveImageToPhotosAlbum', 'saveVideoToPhotosAlbum', 'startRecord', 'addPhoneCalendar', 'openBluetoothAdapter', 'startSoterAuthentication', 'requestDeviceVoIP']
const CANCELLED = ['chooseLocation', 'choosePoi', 'chooseAddress', 'chooseImage', 'chooseMedia', 'chooseVideo', 'chooseFile', 'chooseMessageFile', 'chooseInvoice', 'chooseInvoiceTitle', 'chooseContact', 'chooseLicensePlate', 'scanCode', 'addCard', 'addPhoneContact', 'navigateToMiniProgram', 'openEmbeddedMiniProgram', 'requestVirtualPayment', 'shareFileMessage', 'shareVideoMessage', 'openCard', 'startFacialRecognitionVerify']
const ANSWERED = ['openLocation', 'openCustomerServiceChat', 'openDocument', 'openChannelsUserProfile', 'openChannelsActivity', 'openChannelsLive', 'preDownloadSubpackage', 'setBackgroundColor', 'setBackgroundTextStyle', 'setKeepScreenOn', 'setScreenBrightness', 'updateShareMenu', 'vibrateLong', 'vibrateShort', 'exitMiniProgram', 'restartMiniProgram', 'navigateBackMiniProgram', 'previewImage', 'previewMedia', 'setClipboardData', 'makePhoneCall', 'showShareMenu', 'hideShareMenu', 'hideHomeButton', 'setVisualEffectOnCapture', 'setEnableDebug', 'loadFontFace', 'enableAlertBeforeUnload', 'disableAlertBeforeUnload', 'setTopBarText', 'hideShareMenu', 'showShareImageMenu']

/** The rest of WeChat for a stranger who looks around: he grants nothing, picks nothing, and what needs no permission works. */
export function stranger(journal, settings) {
  const privacy = settings.privacy = { agreed: !settings.stranger, listener: undefined }
  /** Before a private API answers, WeChat lets the app show its privacy sheet, when it says that it has one. */
  const asked = (name, go) => async (options) => {
    if (!privacy.agreed && privacy.listener) {
      const { event } = await new Promise(resolve => privacy.listener(resolve, { referrer: name }))
      if (event === 'exposureAuthorization')
        return asked(name, go)(options)
      privacy.agreed = event === 'agree'
      if (!privacy.agreed)
        return refuse(name, options, 'privacy permission is not authorized', { errno: 104 })
    }
    return go(options)
  }
  const each = (names, make) => Object.fromEntries(names.map(name => [name, make(name)]))
  return {
    ...each(DENIED, name => asked(name, options => refuse(name, options, 'auth deny'))),
    ...each(CANCELLED, name => asked(name, options => refuse(name, options, 'cancel'))),
    onNeedPrivacyAuthorization: (listener) => {
      privacy.listener = listener
    },
    offNeedPrivacyAuthorization: () => {
      privacy.listener = undefined
    },
    getPrivacySetting: options => answer('getPrivacySetting', options, { needAuthorization: Boolean(settings.stranger) && !privacy.agreed, privacyContractName: '《用户隐私保护指引》' }),
    requirePrivacyAuthorize: asked('requirePrivacyAuthorize', options => answer('requirePrivacyAuthorize', options)),
    openPrivacyContract: options => answer('openPrivacyContract', options),
    ...each(ANSWERED, name => options => answer(name, options)),
    openSetting: options => answer('openSetting', options, { authSetting: {} }),
    getUserInfo: options => answer('getUserInfo', options, { userInfo: { nickName: '微信用户', avatarUrl: '', gender: 0, language: '' }, rawData: '{}' }),
    getClipboardData: options => answer('getClipboardData', options, { data: '' }),
    getImageInfo: options => answer('getImageInfo', options, { width: 100, height: 100, path: options?.src, orientation: 'up', type: 'png' }),
    getBatteryInfo: options => answer('getBatteryInfo', options, { level: 80, isCharging: false }),
    getBatteryInfoSync: () => ({ level: 80, isCharging: false }),
    getScreenBrightness: options => answer('getScreenBrightness', options, { value: 0.5 }),
    getExtConfig: options => answer('getExtConfig', options, { extConfig: {} }),
    checkIsSupportSoterAuthentication: options => answer('checkIsSupportSoterAuthentication', options, { supportMode: [] }),
    canvasToTempFilePath: options => refuse('canvasToTempFilePath', options, 'no canvas'),
    compressImage: options => answer('compressImage', options, { tempFilePath: options?.src }),
    getShareInfo: options => refuse('getShareInfo', options, 'no share'),
    arrayBufferToBase64: buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))),
    base64ToArrayBuffer: text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer,
    cloud: cloud(journal),
    getFileSystemManager: () => anything(journal),
    getLogManager: () => anything(journal),
    getRealtimeLogManager: () => anything(journal),
    createInnerAudioContext: () => anything(journal),
    connectSocket: () => anything(journal),
    getMenuButtonBoundingClientRectAsync: options => answer('getMenuButtonBoundingClientRectAsync', options, { top: 6, right: innerWidth - 7, bottom: 38, left: innerWidth - 94, width: 87, height: 32 }),
  }
}

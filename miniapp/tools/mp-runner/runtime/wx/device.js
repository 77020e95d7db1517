import { answer } from './answer.js'

export function device({ json }, { appid }) {
  const system = () => ({
    windowWidth: innerWidth,
    windowHeight: document.getElementById('pages').clientHeight,
    screenWidth: innerWidth,
    screenHeight: innerHeight,
    screenTop: 0,
    pixelRatio: devicePixelRatio,
    statusBarHeight: 0,
    platform: 'devtools',
    system: 'iOS 17.0',
    brand: 'devtools',
    model: 'runner',
    deviceOrientation: 'portrait',
    version: '8.0.50',
    SDKVersion: '3.7.0',
    language: 'zh_CN',
    theme: 'light',
    fontSizeSetting: 16,
    host: { env: 'WeChat' },
    safeArea: { top: 0, left: 0, right: innerWidth, bottom: innerHeight, width: innerWidth, height: innerHeight },
  })
  const entry = () => ({ path: json.app.pages[0], query: {}, scene: 1001, referrerInfo: {} })
  return {
    getSystemInfoSync: system,
    getWindowInfo: system,
    getDeviceInfo: system,
    getAppBaseInfo: system,
    getSystemSetting: system,
    getAppAuthorizeSetting: () => ({}),
    getSystemInfo: options => answer('getSystemInfo', options, system()),
    getSystemInfoAsync: options => answer('getSystemInfoAsync', options, system()),
    getMenuButtonBoundingClientRect: () => ({ top: 6, right: innerWidth - 7, bottom: 38, left: innerWidth - 94, width: 87, height: 32 }),
    getLaunchOptionsSync: entry,
    getEnterOptionsSync: entry,
    getAccountInfoSync: () => ({ miniProgram: { appId: appid, envVersion: 'develop', version: '' } }),
    getExtConfigSync: () => ({}),
    getUpdateManager: () => ({ onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }),
    getPerformance: () => ({ now: () => performance.now() }),
    canIUse: () => true,
    nextTick: callback => queueMicrotask(callback),
    createAnimation: () => {
      const steps = new Proxy({}, { get: (_, name) => name === 'export' ? () => ({ actions: [] }) : () => steps })
      return steps
    },
    env: { USER_DATA_PATH: 'wxfile://usr' },
    reportEvent() {},
    reportAnalytics() {},
  }
}

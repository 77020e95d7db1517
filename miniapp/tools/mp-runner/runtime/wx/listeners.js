const NEVER_HAPPEN = ['AppShow', 'AppHide', 'AudioInterruptionBegin', 'AudioInterruptionEnd', 'Error', 'KeyboardHeightChange', 'LazyLoadError', 'MemoryWarning', 'NeedPrivacyAuthorization', 'PageNotFound', 'ThemeChange', 'UnhandledRejection', 'UserCaptureScreen', 'WindowResize', 'AccelerometerChange', 'CompassChange', 'SocketOpen', 'SocketError', 'SocketMessage', 'SocketClose']

/** wx.on… and wx.off… */
export function listeners() {
  const network = new Map()
  const pairs = NEVER_HAPPEN.flatMap(name => [[`on${name}`, () => {}], [`off${name}`, () => {}]])
  return {
    ...Object.fromEntries(pairs),
    onNetworkStatusChange(listener) {
      const tell = () => listener({ isConnected: navigator.onLine, networkType: navigator.onLine ? 'wifi' : 'none' })
      network.set(listener, tell)
      window.addEventListener('online', tell)
      window.addEventListener('offline', tell)
    },
    offNetworkStatusChange(listener) {
      window.removeEventListener('online', network.get(listener))
      window.removeEventListener('offline', network.get(listener))
    },
  }
}

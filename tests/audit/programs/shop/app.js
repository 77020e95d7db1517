const session = require('./utils/session.js')

App({
  globalData: { count: 0 },
  onLaunch() {
    session.restore()
  },
  onError(problem) {
    const logs = wx.getRealtimeLogManager ? wx.getRealtimeLogManager() : null
    if (logs) logs.error(problem)
  }
})

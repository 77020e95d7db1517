App({
  onLaunch() {
    const manager = wx.getUpdateManager && wx.getUpdateManager()
    if (manager) manager.onUpdateReady(() => manager.applyUpdate())
  }
})

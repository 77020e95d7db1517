Page({
  privacy() {
    wx.openPrivacyContract({ fail: () => wx.showModal({ title: '暂时打不开', content: '请稍后再试', showCancel: false }) })
  }
})

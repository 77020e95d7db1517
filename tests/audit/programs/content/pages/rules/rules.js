Page({
  report() {
    wx.showModal({ title: '举报', content: '请在评论旁点“举报”，我们会在 24 小时内处理', showCancel: false })
  }
})

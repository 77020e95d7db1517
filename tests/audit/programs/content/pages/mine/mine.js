Page({
  data: { saved: 0 },
  onShow() {
    this.setData({ saved: (wx.getStorageSync('saved') || []).length })
  },
  forget() {
    wx.showModal({
      title: '清空收藏',
      content: '收藏的文章会从这台手机上移除',
      success: ({ confirm }) => {
        if (confirm) {
          wx.removeStorageSync('saved')
          this.setData({ saved: 0 })
        }
      }
    })
  }
})

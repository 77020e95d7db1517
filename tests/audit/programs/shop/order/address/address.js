Page({
  data: { name: '', detail: '' },
  type(event) {
    this.setData({ [event.currentTarget.dataset.field]: event.detail.value })
  },
  save() {
    if (!this.data.name || !this.data.detail) return wx.showModal({ title: '请填写完整', content: '收货人和地址都要填写', showCancel: false })
    wx.setStorageSync('address', { userName: this.data.name, detailInfo: this.data.detail })
    return wx.navigateBack()
  }
})

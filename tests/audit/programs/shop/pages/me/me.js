const session = require('../../utils/session.js')

Page({
  data: { name: '' },
  onShow() {
    const current = session.current()
    this.setData({ name: current ? current.name : '' })
  },
  login() {
    session.login().then((made) => this.setData({ name: made.name }), () => wx.showModal({ title: '登录没有成功', content: '请检查网络后再试', showCancel: false }))
  },
  orders() {
    wx.navigateTo({ url: '/order/list/list' })
  },
  agreement() {
    wx.navigateTo({ url: '/pages/agreement/agreement' })
  }
})

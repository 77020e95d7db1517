const { get } = require('../../utils/request.js')
const session = require('../../utils/session.js')

Page({
  data: { orders: [], problem: '', loading: false },
  onShow() {
    if (!session.current()) return this.setData({ problem: '登录后可以查看订单' })
    this.setData({ loading: true, problem: '' })
    return get('/orders').then(
      (orders) => this.setData({ orders, loading: false }),
      () => this.setData({ problem: '网络不太顺畅，请稍后再试', loading: false })
    )
  },
  open(event) {
    wx.navigateTo({ url: '/order/detail/detail?number=' + event.currentTarget.dataset.number })
  },
  home() {
    wx.switchTab({ url: '/pages/home/home' })
  }
})

const basket = require('../../utils/basket.js')
const { post } = require('../../utils/request.js')
const { yuan } = require('../../utils/money.js')
const { paid } = require('../paying.js')

Page({
  data: { lines: [], total: '0.00', address: null },
  onShow() {
    const lines = basket.lines()
    const total = lines.reduce((sum, one) => sum + one.amount * one.quantity, 0)
    this.setData({ lines, total: yuan(total) })
  },
  choose() {
    wx.chooseAddress({
      success: (address) => this.setData({ address }),
      fail: () => wx.navigateTo({ url: '/order/address/address' })
    })
  },
  pay() {
    if (!this.data.address) return wx.showModal({ title: '还没有收货地址', content: '请先选择收货地址', showCancel: false })
    return post('/orders', { lines: this.data.lines, address: this.data.address })
      .then((order) => paid(order.payment))
      .then(() => {
        basket.clear()
        wx.redirectTo({ url: '/order/list/list' })
      }, () => wx.showModal({ title: '没有付款', content: '订单已保留，可以在我的订单里继续付款', showCancel: false }))
  }
})

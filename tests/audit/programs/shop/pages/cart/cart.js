const basket = require('../../utils/basket.js')
const { yuan } = require('../../utils/money.js')

Page({
  data: { lines: [], total: '0.00' },
  onShow() {
    const lines = basket.lines()
    const total = lines.reduce((sum, one) => sum + one.amount * one.quantity, 0)
    this.setData({ lines, total: yuan(total) })
  },
  look() {
    wx.switchTab({ url: '/pages/category/category' })
  },
  pay() {
    wx.navigateTo({ url: '/order/confirm/confirm' })
  }
})

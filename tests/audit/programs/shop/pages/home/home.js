const goods = require('../../data/goods.js')

Page({
  data: { goods: [] },
  onLoad() {
    this.setData({ goods: goods.slice(0, 3) })
  },
  onShareAppMessage() {
    return { title: '山野茶铺：当季好茶', path: '/pages/home/home' }
  },
  search() {
    wx.navigateTo({ url: '/goods/search/search' })
  }
})

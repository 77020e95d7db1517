const goods = require('../../data/goods.js')
const basket = require('../../utils/basket.js')
const { yuan } = require('../../utils/money.js')

Page({
  data: { goods: null, price: '' },
  onLoad(query) {
    const found = goods.find((one) => one.id === query.id) || goods[0]
    this.setData({ goods: found, price: yuan(found.amount) })
  },
  add() {
    basket.add(this.data.goods)
    wx.showToast({ title: '已加入购物车', icon: 'success' })
  },
  buy() {
    basket.add(this.data.goods)
    wx.navigateTo({ url: '/order/confirm/confirm' })
  },
  onShareAppMessage() {
    return { title: this.data.goods.name, path: '/goods/detail/detail?id=' + this.data.goods.id }
  }
})

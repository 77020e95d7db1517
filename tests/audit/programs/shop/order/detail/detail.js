const { get } = require('../../utils/request.js')

Page({
  data: { order: null, problem: '' },
  onLoad(query) {
    get('/orders/' + query.number).then(
      (order) => this.setData({ order }),
      () => this.setData({ problem: '没有读到订单，请返回重试' })
    )
  },
  copy() {
    wx.showModal({ title: '订单号', content: this.data.order ? this.data.order.number : '还没有读到订单', showCancel: false })
  }
})

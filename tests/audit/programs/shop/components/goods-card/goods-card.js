const { yuan } = require('../../utils/money.js')

Component({
  properties: { goods: { type: Object, value: null } },
  data: { price: '' },
  observers: {
    goods(goods) {
      if (goods) this.setData({ price: yuan(goods.amount) })
    }
  },
  methods: {
    open() {
      wx.navigateTo({ url: '/goods/detail/detail?id=' + this.data.goods.id })
    }
  }
})

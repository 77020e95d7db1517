const goods = require('../../data/goods.js')

Page({
  data: { found: goods, words: '' },
  type(event) {
    const words = event.detail.value.trim()
    this.setData({ words, found: goods.filter((one) => !words || one.name.indexOf(words) >= 0) })
  }
})

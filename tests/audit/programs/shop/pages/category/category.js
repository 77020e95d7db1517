const goods = require('../../data/goods.js')
const KINDS = ['绿茶', '红茶', '白茶', '黑茶']

Page({
  data: { kinds: KINDS, chosen: KINDS[0], shown: [] },
  onLoad() {
    this.show(KINDS[0])
  },
  choose(event) {
    this.show(event.currentTarget.dataset.kind)
  },
  show(kind) {
    this.setData({ chosen: kind, shown: goods.filter((one) => one.kind === kind) })
  }
})

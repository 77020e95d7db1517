const { all } = require('../../utils/books.js')
Page({
  data: { book: null, kept: false, count: 1 },
  onLoad({ id }) { this.setData({ book: all.find(book => String(book.id) === id) || null }) },
  keep() { this.setData({ kept: !this.data.kept }) },
  buy() {
    wx.showModal({ title: '确认', content: `买 ${this.data.count} 本？`, success: ({ confirm }) => {
      if (confirm) wx.showToast({ title: '已记下，到店付款' })
    } })
  },
  count(event) { this.setData({ count: Number(event.detail.value) + 1 }) },
})

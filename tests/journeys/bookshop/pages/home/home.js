const { all } = require('../../utils/books')
Page({
  data: { shelves: ['全部', '小说', '历史'], shelf: 0, books: [], waiting: true },
  onLoad() {
    wx.showLoading({ title: '加载中' })
    setTimeout(() => {
      wx.hideLoading()
      this.setData({ books: all, waiting: false })
    }, 300)
  },
  choose(event) {
    const { index } = event.currentTarget.dataset
    this.setData({ shelf: index, books: index ? all.filter(book => book.shelf === index) : all })
  },
  open(event) {
    wx.navigateTo({ url: `/pages/book/book?id=${event.detail.id}` })
  },
})

import { comments, one } from '../../services/articles'

Page({
  data: { article: null, comments: [], told: '' },
  onLoad({ id }) {
    this.setData({ article: one(id) })
    comments(id).then(
      (found) => this.setData({ comments: Array.isArray(found) ? found : [] }),
      () => this.setData({ told: '评论暂时读不到，文章可以照常阅读' })
    )
  },
  save() {
    const saved = wx.getStorageSync('saved') || []
    if (saved.indexOf(this.data.article.id) < 0) wx.setStorageSync('saved', [...saved, this.data.article.id])
    wx.showToast({ title: '已收藏' })
  },
  write() {
    wx.navigateTo({ url: '/reading/write/write?id=' + this.data.article.id })
  },
  onShareAppMessage() {
    return { title: this.data.article.title }
  }
})

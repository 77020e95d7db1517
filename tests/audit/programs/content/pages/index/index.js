import { all } from '../../services/articles'

Page({
  data: { articles: [] },
  onLoad() {
    this.setData({ articles: all() })
  },
  onPullDownRefresh() {
    this.setData({ articles: all() }, () => wx.stopPullDownRefresh())
  }
})

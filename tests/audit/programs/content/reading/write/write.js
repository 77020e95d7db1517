import { say } from '../../services/articles'

Page({
  data: { words: '' },
  onLoad({ id }) {
    this.id = id
  },
  type({ detail }) {
    this.setData({ words: detail.value })
  },
  send() {
    if (!this.data.words.trim()) {
      wx.showModal({ title: '还没有写内容', content: '写几个字再发送', showCancel: false })
      return
    }
    say(this.id, this.data.words).then(
      () => wx.showModal({ title: '已提交', content: '审核通过后会显示在文章下面', showCancel: false, success: () => wx.navigateBack() }),
      () => wx.showModal({ title: '没有发出去', content: '内容还在，请稍后再发', showCancel: false })
    )
  }
})

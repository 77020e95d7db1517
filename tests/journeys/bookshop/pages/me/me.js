Page({
  data: { name: '', orders: null },
  login() {
    wx.getUserProfile({ desc: '显示你的昵称', success: ({ userInfo }) => this.setData({ name: userInfo.nickName }),
      fail: () => wx.showToast({ title: '你没有授权，可以继续浏览', icon: 'none' }) })
  },
  load() {
    wx.request({ url: 'https://books.example.com/orders', success: ({ data }) => this.setData({ orders: data }),
      fail: () => wx.showModal({ title: '没有连上', content: '请检查网络后再试', showCancel: false }) })
  },
})

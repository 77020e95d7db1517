App({ globalData: { visits: 0 }, onLaunch() { wx.login({ success: ({ code }) => { this.code = code } }) } })

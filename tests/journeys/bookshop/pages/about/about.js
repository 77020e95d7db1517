Page({ copy() { wx.setClipboardData({ data: '青石路 1 号' }) } })

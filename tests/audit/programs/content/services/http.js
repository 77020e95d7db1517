const HOST = 'https://garden.yangtaizhongcai.cn'

export function fetchJson(method, path, data) {
  return new Promise((resolve, reject) => {
    wx.request({ url: `${HOST}${path}`, method, data, success: ({ data: answer }) => resolve(answer), fail: reject })
  })
}

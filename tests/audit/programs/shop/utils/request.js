const BASE = 'https://api.shanyecha.com/v1'

function call(method, path, data) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: BASE + path,
      method,
      data,
      timeout: 8000,
      success(answer) {
        if (answer.statusCode >= 400) reject(new Error('status ' + answer.statusCode))
        else resolve(answer.data)
      },
      fail: reject
    })
  })
}

module.exports = {
  get: (path) => call('GET', path),
  post: (path, data) => call('POST', path, data)
}

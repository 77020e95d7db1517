const KEY = 'session'
let session = null

function restore() {
  session = wx.getStorageSync(KEY) || null
  return session
}

function current() {
  return session
}

function login() {
  return new Promise((resolve, reject) => {
    wx.login({
      success(answer) {
        const { post } = require('./request.js')
        post('/session', { code: answer.code }).then((made) => {
          session = made
          wx.setStorageSync(KEY, made)
          resolve(made)
        }, reject)
      },
      fail: reject
    })
  })
}

module.exports = { restore, current, login }

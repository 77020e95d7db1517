function paid(payment) {
  return new Promise((resolve, reject) => {
    wx.requestPayment({
      timeStamp: payment.timeStamp,
      nonceStr: payment.nonceStr,
      package: payment.package,
      signType: 'RSA',
      paySign: payment.paySign,
      success: resolve,
      fail: reject
    })
  })
}

module.exports = { paid }

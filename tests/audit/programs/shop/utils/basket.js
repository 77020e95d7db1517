const KEY = 'basket'

function lines() {
  return wx.getStorageSync(KEY) || []
}

function add(goods) {
  const all = lines()
  const found = all.find((one) => one.id === goods.id)
  if (found) found.quantity += 1
  else all.push({ id: goods.id, name: goods.name, amount: goods.amount, quantity: 1 })
  wx.setStorageSync(KEY, all)
  return all
}

function clear() {
  wx.removeStorageSync(KEY)
}

module.exports = { lines, add, clear }

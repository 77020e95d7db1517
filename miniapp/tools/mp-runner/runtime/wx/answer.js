/** Answers a wx.* call the way WeChat does: callbacks when there are any, else a promise. */
export function answer(name, options, result) {
  return settle(options, result, `${name}:ok`, 'success')
}

export function refuse(name, options, reason, extra = {}) {
  return settle(options, extra, `${name}:fail ${reason}`, 'fail')
}

function settle(options, result, errMsg, callback) {
  const answered = { errMsg, ...result }
  options?.[callback]?.(answered)
  options?.complete?.(answered)
  if (callback === 'success' || options?.fail || options?.complete)
    return Promise.resolve(answered)
  return Promise.reject(answered)
}

import { answer, refuse } from './answer.js'

const PREFIX = 'mp.'

const put = (key, value) => localStorage.setItem(PREFIX + key, JSON.stringify(value))
const get = key => JSON.parse(localStorage.getItem(PREFIX + key) ?? '""')
const keys = () => Object.keys(localStorage).filter(key => key.startsWith(PREFIX)).map(key => key.slice(PREFIX.length))
const info = () => ({ keys: keys(), currentSize: 1, limitSize: 10240 })
const remove = key => localStorage.removeItem(PREFIX + key)
const clear = () => keys().forEach(remove)

export function storage() {
  return {
    getStorageSync: get,
    setStorageSync: put,
    removeStorageSync: remove,
    clearStorageSync: clear,
    getStorageInfoSync: info,
    getStorage: options => localStorage.getItem(PREFIX + options.key) === null
      ? refuse('getStorage', options, 'data not found')
      : answer('getStorage', options, { data: get(options.key) }),
    setStorage: options => answer('setStorage', options, void put(options.key, options.data)),
    removeStorage: options => answer('removeStorage', options, void remove(options.key)),
    clearStorage: options => answer('clearStorage', options, void clear()),
    getStorageInfo: options => answer('getStorageInfo', options, info()),
  }
}

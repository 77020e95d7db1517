import { ask, hideToast, toast } from '../dialogs.js'
import { answer, refuse } from './answer.js'

const SHORT_MS = 1500

export function interaction(journal) {
  return {
    showToast: (options) => {
      journal.note('toast', String(options.title ?? ''), { icon: options.icon ?? 'success' })
      toast(options.title, options.duration ?? SHORT_MS, options.icon === 'loading')
      return answer('showToast', options)
    },
    hideToast: options => answer('hideToast', options, void hideToast()),
    showLoading: (options) => {
      toast(options?.title ?? '', 0, true)
      return answer('showLoading', options)
    },
    hideLoading: options => answer('hideLoading', options, void hideToast()),
    showModal: async (options) => {
      const buttons = [{ text: options.confirmText ?? '确定', value: true }]
      if (options.showCancel !== false)
        buttons.push({ text: options.cancelText ?? '取消', value: false })
      const field = document.createElement('input')
      field.placeholder = options.placeholderText ?? ''
      journal.note('dialog', String(options.title ?? ''), { content: String(options.content ?? ''), buttons: buttons.map(({ text }) => text) })
      const confirm = await ask({ title: options.title, content: options.editable ? '' : options.content, fields: options.editable ? [field] : [], buttons })
      return answer('showModal', options, { confirm, cancel: !confirm, ...(options.editable ? { content: field.value } : {}) })
    },
    showActionSheet: async (options) => {
      journal.note('dialog', String(options.alertText ?? ''), { content: '', buttons: [...options.itemList, '取消'] })
      const items = options.itemList.map((text, value) => ({ text, value }))
      const tapIndex = await ask({ title: options.alertText, buttons: [...items, { text: '取消', value: null }] })
      return tapIndex === null ? refuse('showActionSheet', options, 'cancel') : answer('showActionSheet', options, { tapIndex })
    },
    showNavigationBarLoading: options => answer('showNavigationBarLoading', options, void barLoading(true)),
    hideNavigationBarLoading: options => answer('hideNavigationBarLoading', options, void barLoading(false)),
    hideKeyboard: options => answer('hideKeyboard', options),
  }
}

function barLoading(isOn) {
  document.getElementById('navigation').toggleAttribute('data-loading', isOn)
}

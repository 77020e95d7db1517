import { boxed } from './wx/box.js'

/** What a <button open-type> does besides its tap. */
export async function openType(button, wx, pages) {
  pages.journal.note('call', `open-type:${button.data.openType}`)
  const answers = {
    share: () => {
      const message = pages.tell(pages.current, 'onShareAppMessage', { from: 'button', target: { id: button.id, dataset: { ...button.dataset } } })
      pages.shared = message
    },
    getPhoneNumber: async () => {
      const { ok, answer } = await boxed(wx.settings, 'phone', {})
      button.triggerEvent('getphonenumber', ok ? { errMsg: 'getPhoneNumber:ok', code: answer.code } : { errMsg: 'getPhoneNumber:fail user deny' })
    },
    getRealtimePhoneNumber: () => button.triggerEvent('getrealtimephonenumber', { errMsg: 'getPhoneNumber:fail user deny' }),
    getUserInfo: () => button.triggerEvent('getuserinfo', { errMsg: 'getUserInfo:fail auth deny' }),
    agreePrivacyAuthorization: () => {
      wx.settings.privacy.agreed = true
      button.triggerEvent('agreeprivacyauthorization', {})
    },
    chooseAvatar: () => button.triggerEvent('chooseavatar', { errMsg: 'chooseAvatar:fail cancel' }),
    openSetting: () => button.triggerEvent('opensetting', { authSetting: {} }),
    contact: () => button.triggerEvent('contact', { path: '', query: {} }),
    feedback: () => {},
  }
  await answers[button.data.openType]?.()
}

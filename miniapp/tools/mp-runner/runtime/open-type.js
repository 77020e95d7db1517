import { boxed } from './wx/box.js'

/** What a <button open-type> does besides its tap. */
export async function openType(button, wx, pages) {
  const answers = {
    share: () => {
      const message = pages.current.page.onShareAppMessage?.({ from: 'button', target: button })
      pages.shared = message
    },
    getPhoneNumber: async () => {
      const { ok, answer } = await boxed(wx.settings, 'phone', {})
      button.triggerEvent('getphonenumber', ok ? { errMsg: 'getPhoneNumber:ok', code: answer.code } : { errMsg: 'getPhoneNumber:fail user deny' })
    },
    agreePrivacyAuthorization: () => button.triggerEvent('agreeprivacyauthorization', {}),
    chooseAvatar: () => button.triggerEvent('chooseavatar', { errMsg: 'chooseAvatar:fail cancel' }),
    openSetting: () => button.triggerEvent('opensetting', { authSetting: {} }),
    contact: () => button.triggerEvent('contact', { path: '', query: {} }),
    feedback: () => {},
  }
  await answers[button.data.openType]?.()
}

import { createPinia } from 'pinia'
import { createSSRApp } from 'vue'
import { installTracking } from '@/tracking'
import App from './App.vue'
import { config } from './config'
import { restoreLocale } from './i18n'
import { linkSource } from './shared/entering'
import { usePrivacy } from './stores/privacy'
import { useSession } from './stores/session'
import '@tdesign/uniapp/common/style/theme/index.less'

export function createApp() {
  const app = createSSRApp(App)
  const pinia = createPinia()
  app.use(pinia)
  restoreLocale()
  const privacy = usePrivacy(pinia)
  const session = useSession(pinia)
  installTracking({
    app,
    endpoint: () => config.apiBase && `${config.apiBase}/events`,
    program: () => config.program,
    token: () => session.token,
    consent: () => privacy.agreed,
    linkSource,
  })
  return { app }
}

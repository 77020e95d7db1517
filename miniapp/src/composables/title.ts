import type { MessageKey } from '@/i18n'
import { onShow } from '@dcloudio/uni-app'
import { t } from '@/i18n'

/** Names the page in the navigation bar, in the chosen language. */
export function useTitle(key: MessageKey) {
  onShow(() => uni.setNavigationBarTitle({ title: t(key) }))
}

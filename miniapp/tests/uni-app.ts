// Stand-in for '@dcloudio/uni-app' in unit tests: page hooks run as Vue hooks.
import { onMounted, onUnmounted } from 'vue'

type Hook = (query: Record<string, string>) => unknown
let query: Record<string, string> = {}

export function openWith(values: Record<string, string>) {
  query = values
}

export function onLoad(hook: Hook) {
  onMounted(() => hook(query))
}

export function onShow(hook: Hook) {
  onMounted(() => hook({}))
}

export function onUnload(hook: () => unknown) {
  onUnmounted(hook)
}

export function onLaunch() {}
export function onPullDownRefresh() {}
export function onReachBottom() {}
export function onShareAppMessage() {}
export function onShareTimeline() {}

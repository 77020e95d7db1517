import type { Platform } from './contract'
// #ifdef MP-ALIPAY || MP-TOUTIAO
import { elsewhere } from './elsewhere'
// #endif
// #ifdef H5
import { h5 } from './h5/h5'
// #endif
// #ifdef MP-WEIXIN
import { weixin } from './weixin'
// #endif

let here: Platform
// #ifdef MP-ALIPAY || MP-TOUTIAO
here = elsewhere
// #endif
// #ifdef MP-WEIXIN
here = weixin
// #endif
// #ifdef H5
here = h5
// #endif

/** The platform this build runs on. */
export const platform = here

export type { ConsentAnswer, PayOutcome } from './contract'
export { PlatformUnavailable } from './contract'

/** A short tick under the finger for the taps that matter. */
export function tick() {
  // A device that cannot vibrate has nothing to tell.
  uni.vibrateShort({ type: 'light', fail: () => {} })
}

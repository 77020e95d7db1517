/** 750rpx are the width of the screen. */
export function fromRpx(value) {
  return value.replace(/(-?[\d.]+)rpx/g, (_, number) => `calc(100vw * ${number} / 750)`)
}

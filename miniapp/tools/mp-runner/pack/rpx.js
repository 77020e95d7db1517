/** 750rpx are the width of the screen, 100vh the height between the bars: <main id="pages"> is the container that cqw and cqh measure. */
export function fromRpx(value) {
  return value
    .replace(/(-?[\d.]+)rpx\b/g, (_, number) => `calc(100cqw * ${number} / 750)`)
    .replace(/(-?[\d.]+)v([hw])\b/g, '$1cq$2')
}

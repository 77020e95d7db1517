// Charts: elements that name a drawer become one, in the colours of the moment, as wide as there is room.
export const drawers = {}
const drawn = new Map()

const escaped = text => String(text).replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`)

export const count = number => number == null ? '—' : Math.round(number).toLocaleString('en')
export const share = part => part == null ? '—' : `${(100 * part).toFixed(1)}%`

function look(box) {
  const css = getComputedStyle(document.documentElement)
  const tone = name => css.getPropertyValue(name).trim()
  const line = { lineStyle: { color: tone('--fc-line') } }
  const label = { color: tone('--fc-dim'), fontSize: 12 }
  return {
    tone,
    escaped,
    count,
    share,
    narrow: box.clientWidth < 560,
    colors: [...Array(9).keys()].map(number => tone(`--fi-c${number}`)),
    // The axes, tooltip and legend that all charts share.
    category: more => ({ type: 'category', axisLine: line, axisTick: { show: false }, axisLabel: label, ...more }),
    value: more => ({ type: 'value', axisLine: { show: false }, axisTick: { show: false }, axisLabel: label, splitLine: line, splitNumber: 4, ...more }),
    tooltip: more => ({ confine: true, backgroundColor: tone('--fc-ground'), borderColor: tone('--fc-line'), textStyle: { color: tone('--fc-strong'), fontSize: 12 }, ...more }),
    legend: more => ({ type: 'scroll', top: 0, left: 0, icon: 'roundRect', itemWidth: 12, itemHeight: 4, textStyle: { color: tone('--fc-text'), fontSize: 12 }, pageTextStyle: { color: tone('--fc-dim') }, pageIconColor: tone('--fc-dim'), ...more }),
  }
}

function paint(box) {
  const drawer = drawers[box.dataset.draw]
  const data = JSON.parse(box.nextElementSibling.textContent)
  const { height, ...option } = drawer(data, look(box))
  if (height) box.style.height = `${height}px`
  const chart = drawn.get(box) ?? echarts.init(box, null, { renderer: 'svg' })
  drawn.set(box, chart)
  chart.resize()
  chart.setOption({ animation: false, color: look(box).colors, ...option }, true)
}

const widths = new WeakMap()
const watcher = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (widths.get(target) === target.clientWidth || !target.isConnected) continue
    widths.set(target, target.clientWidth)
    paint(target)
  }
})

export function draw(root) {
  for (const [box, chart] of drawn) {
    if (box.isConnected) continue
    watcher.unobserve(box)
    chart.dispose()
    drawn.delete(box)
  }
  if (!window.echarts) return // the tables say the same
  for (const box of root.querySelectorAll('[data-draw]')) watcher.observe(box)
}

new MutationObserver(() => drawn.forEach((_chart, box) => paint(box))).observe(document.documentElement, { attributes: true, attributeFilter: ['class'] })

// A rollout drawn live: how much worse each metric may be, and how both versions went.
import { draw, drawers } from '../insight/charts.js'

// Each row is an interval in margins of its metric: at 1 the loss is as large as may be.
drawers.intervals = (rows, look) => {
  const tones = { harm: '#dc2626', worse: '#d97706', safe: look.tone('--fc-brand'), open: '#2563eb' }
  const names = rows.map(row => row.name).reverse()
  const data = rows.map((row, number) => [row.low, row.high, row.middle, rows.length - 1 - number, row])
  return {
    height: 34 * rows.length + 50,
    tooltip: look.tooltip({ formatter: ({ data: [, , , , row] = [] }) => row ? `${look.escaped(row.name)}<br>${look.escaped(row.words)}` : '' }),
    grid: { left: look.narrow ? 100 : 150, right: 24, top: 8, bottom: 30 },
    xAxis: look.value({ min: -5, max: 5, interval: 1, axisLabel: { color: look.tone('--fc-dim'), fontSize: 12, formatter: value => value === 0 ? '0' : value === 1 ? '×1' : Math.abs(value) === 5 ? `×${value}` : '' } }),
    yAxis: look.category({ data: names }),
    series: [{
      type: 'custom',
      encode: { x: [0, 1], y: 3 },
      data,
      renderItem(_params, api) {
        const [low, y] = api.coord([api.value(0), api.value(3)])
        const [high] = api.coord([api.value(1), api.value(3)])
        const [middle] = api.coord([api.value(2), api.value(3)])
        const row = rows[rows.length - 1 - api.value(3)]
        const fill = tones[row.state] ?? look.tone('--fc-dim')
        return {
          type: 'group',
          children: [
            { type: 'rect', shape: { x: low, y: y - 4, width: Math.max(2, high - low), height: 8, r: 4 }, style: { fill, opacity: 0.35 } },
            { type: 'circle', shape: { cx: middle, cy: y, r: 5 }, style: { fill } },
          ],
        }
      },
      markLine: { symbol: 'none', silent: true, label: { show: false }, data: [{ xAxis: 1, lineStyle: { color: '#dc2626', type: 'solid' } }, { xAxis: 0, lineStyle: { color: look.tone('--fc-dim') } }] },
    }],
  }
}

drawers.course = ({ times, lines, shares, share }, look) => ({
  height: look.narrow ? 240 : 280,
  tooltip: look.tooltip({ trigger: 'axis' }),
  legend: look.legend(),
  grid: { left: 52, right: 48, top: 36, bottom: 26 },
  xAxis: look.category({ data: times, boundaryGap: false }),
  yAxis: [
    look.value({ min: 0, max: 1, axisLabel: { color: look.tone('--fc-dim'), fontSize: 12, formatter: value => `${Math.round(100 * value)}%` } }),
    look.value({ min: 0, max: 100, splitLine: { show: false }, axisLabel: { color: look.tone('--fc-dim'), fontSize: 12, formatter: '{value}%' } }),
  ],
  series: [
    ...lines.map(({ name, values }) => ({ name, type: 'line', data: values, showSymbol: values.length < 32, symbolSize: 6, lineStyle: { width: 2 }, tooltip: { valueFormatter: look.share } })),
    { name: share, type: 'line', step: 'end', yAxisIndex: 1, data: shares, showSymbol: false, lineStyle: { width: 1, type: 'dashed' }, areaStyle: { opacity: 0.06 }, tooltip: { valueFormatter: value => `${value}%` } },
  ],
})

draw(document)
document.addEventListener('htmx:afterSwap', () => draw(document))

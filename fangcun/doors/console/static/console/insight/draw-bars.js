// Bars side by side, the largest name on top. `data`: {names, bars: [{name, values}]}
import { drawers } from './charts.js'

drawers.bars = ({ names, bars }, look) => {
  const room = Math.min(look.narrow ? 110 : 200, 22 + 13 * Math.max(1, ...names.map(name => name.length)))
  return {
    height: Math.max(120, names.length * (bars.length * 12 + 14) + 60),
    tooltip: look.tooltip({ trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: look.count }),
    legend: look.legend(),
    grid: { left: room, right: 24, top: 32, bottom: 24 },
    xAxis: look.value({ minInterval: 1 }),
    yAxis: look.category({ data: names, inverse: true, axisLabel: { color: look.tone('--fc-strong'), fontSize: 12, width: room - 12, overflow: 'truncate' } }),
    series: bars.map(({ name, values }) => ({ name, type: 'bar', data: values, barMaxWidth: 12, itemStyle: { borderRadius: 3 } })),
  }
}

// Retention curves. `data`: {lines: [{name, values}]}, values from period 0 on, null where nobody has got there. Period 0
// is everybody by definition and would flatten all that matters.
import { drawers } from './charts.js'

drawers.retention = ({ lines }, look) => {
  const later = lines.map(line => line.values.slice(1))
  const length = Math.max(...later.map(values => values.length))
  return {
    height: look.narrow ? 240 : 300,
    tooltip: look.tooltip({ trigger: 'axis', valueFormatter: look.share, order: 'valueDesc' }),
    legend: lines.length > 1 ? look.legend() : undefined,
    grid: { left: 48, right: 16, top: lines.length > 1 ? 36 : 14, bottom: 26 },
    xAxis: look.category({ data: [...Array(length).keys()].map(number => `+${number + 1}`), boundaryGap: length < 2 }),
    yAxis: look.value({ min: 0, axisLabel: { color: look.tone('--fc-dim'), fontSize: 12, formatter: value => `${Math.round(100 * value)}%` } }),
    series: lines.map(({ name }, number) => ({
      name,
      type: 'line',
      data: later[number],
      symbolSize: 6,
      showSymbol: length < 32,
      lineStyle: { width: number ? 1.5 : 2.5 },
      areaStyle: lines.length === 1 ? { opacity: 0.08 } : undefined,
    })),
  }
}

// Lines over days: one for each group. `data`: {days, lines: [{name, values}], percent}
import { drawers } from './charts.js'

drawers.lines = ({ days, lines, percent }, look) => {
  const shown = percent ? look.share : look.count
  return {
    height: look.narrow ? 240 : 300,
    tooltip: look.tooltip({ trigger: 'axis', valueFormatter: shown, order: 'valueDesc' }),
    legend: lines.length > 1 ? look.legend() : undefined,
    grid: { left: 52, right: 30, top: lines.length > 1 ? 36 : 14, bottom: 26 },
    xAxis: look.category({ data: days.map(day => day.slice(2)), boundaryGap: days.length < 2 }),
    yAxis: look.value({ minInterval: percent ? 0 : 1, max: ({ max }) => percent && max > 0.8 ? 1 : null, axisLabel: { color: look.tone('--fc-dim'), fontSize: 12, formatter: value => percent ? `${Math.round(100 * value)}%` : look.count(value) } }),
    series: lines.map(({ name, values }, number) => ({
      name,
      type: 'line',
      data: values,
      symbolSize: 6,
      showSymbol: days.length < 32 && lines.length < 4,
      lineStyle: { width: 2 },
      areaStyle: lines.length === 1 ? { opacity: 0.08 } : undefined,
      z: lines.length - number + 2,
    })),
  }
}

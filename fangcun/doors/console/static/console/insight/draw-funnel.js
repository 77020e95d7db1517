// A funnel: a bar for each step, what was lost before it in a paler colour; with groups, a bar for each of them.
// `data`: {steps: [name], groups: [{name, counts}], lost: [number], words: {lost}}
import { drawers } from './charts.js'

drawers.funnel = ({ steps, groups, lost, words }, look) => {
  const isOne = groups.length === 1
  const names = steps.map((name, number) => `${number + 1}. ${name}`)
  const room = Math.min(look.narrow ? 132 : 260, 26 + 13 * Math.max(...names.map(name => name.length)))
  const bar = (group, number) => ({
    name: group.name,
    type: 'bar',
    stack: `${number}`,
    barMaxWidth: 26,
    barMinHeight: 1,
    itemStyle: { borderRadius: 4 },
    data: group.counts,
    label: {
      show: true,
      position: isOne ? 'insideLeft' : 'right',
      color: isOne ? '#fff' : look.tone('--fc-text'),
      fontSize: 12,
      formatter: ({ dataIndex: step }) => {
        const first = group.counts[0]
        return `${look.count(group.counts[step])}${step && first ? `  ${look.share(group.counts[step] / first)}` : ''}`
      },
    },
  })
  const series = groups.map(bar)
  if (isOne) {
    const counts = groups[0].counts
    const inside = counts.map(one => one > 0.3 * counts[0])
    series[0].data = counts.map((one, step) => ({ value: one, label: { position: inside[step] ? 'insideLeft' : 'right', color: inside[step] ? '#fff' : look.tone('--fc-strong') } }))
    series.push({
      name: words.lost,
      type: 'bar',
      stack: '0',
      barMaxWidth: 26,
      silent: true,
      itemStyle: { color: look.tone('--fi-lost'), borderRadius: 4 },
      data: lost,
    })
  }
  return {
    height: steps.length * Math.max(44, groups.length * 24 + 14) + (isOne ? 12 : 44),
    tooltip: look.tooltip({ trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: look.count }),
    legend: isOne ? undefined : look.legend(),
    grid: { left: room, right: isOne ? 24 : 96, top: isOne ? 4 : 36, bottom: 4 },
    xAxis: { type: 'value', show: false },
    yAxis: look.category({ data: names, inverse: true, axisLine: { show: false }, axisLabel: { color: look.tone('--fc-strong'), fontSize: 13, width: room - 12, overflow: 'truncate' } }),
    series,
  }
}

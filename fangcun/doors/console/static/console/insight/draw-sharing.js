// The tree of a share. `data`: {root: {name, page, opens, newcomers, hidden, children}, words: {opens, newcomers, hidden}}
import { drawers } from './charts.js'

const leaves = node => node.children.length ? node.children.reduce((sum, child) => sum + leaves(child), 0) : 1
const depth = node => 1 + Math.max(0, ...node.children.map(depth))

drawers.sharing = ({ root, words }, look) => ({
  height: Math.min(1600, Math.max(200, leaves(root) * 24)),
  tooltip: look.tooltip({
    trigger: 'item',
    formatter: ({ data }) => [
      look.escaped(data.name),
      data.page && look.escaped(data.page),
      `${look.escaped(words.opens)} <b>${look.count(data.opens)}</b>`,
      `${look.escaped(words.newcomers)} <b>${look.count(data.newcomers)}</b>`,
      data.hidden && `${look.escaped(words.hidden)} <b>${look.count(data.hidden)}</b>`,
    ].filter(Boolean).join('<br>'),
  }),
  series: [{
    type: 'tree',
    data: [root],
    left: look.narrow ? 16 : 24,
    right: look.narrow ? 100 : 160,
    top: 12,
    bottom: 12,
    symbol: 'circle',
    symbolSize: (_value, { data }) => 6 + Math.min(14, 3 * Math.sqrt(data.opens)),
    initialTreeDepth: Math.min(depth(root), look.narrow ? 3 : 6),
    itemStyle: { color: look.colors[0], borderColor: look.colors[0] },
    lineStyle: { color: look.tone('--fc-line'), width: 1.5 },
    label: {
      position: 'right',
      verticalAlign: 'middle',
      color: look.tone('--fc-strong'),
      fontSize: 12,
      formatter: ({ data }) => `${data.name}  ${look.count(data.opens)}`,
    },
    emphasis: { focus: 'descendant' },
  }],
})

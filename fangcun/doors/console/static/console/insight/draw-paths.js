// Streams of visits from layer to layer. `data`: {nodes: [{name, layer, count, quiet}], links: [{source, target, count}], total};
// links name places in the nodes.
import { drawers } from './charts.js'

// A label has little room; the whole name is in the tooltip and the table.
const brief = name => name.replace(/^\/?pages\//, '').replace(/(?<=.)\/index$/, '')

drawers.paths = ({ nodes, links, total }, look) => {
  const layers = nodes.map(node => node.layer)
  const most = Math.max(...layers.map(layer => layers.filter(one => one === layer).length))
  const names = [...new Set(nodes.map(node => node.name))]
  const told = (name, number) => `${look.escaped(name)}<br><b>${look.count(number)}</b>  ${look.share(number / total)}`
  return {
    height: Math.max(260, most * 46),
    tooltip: look.tooltip({
      trigger: 'item',
      formatter: ({ dataType, data }) => dataType === 'edge'
        ? told(`${nodes[data.source].name} → ${nodes[data.target].name}`, data.value)
        : told(nodes[data.name].name, nodes[data.name].count),
    }),
    series: [{
      type: 'sankey',
      left: 4,
      right: look.narrow ? 70 : 130,
      top: 8,
      bottom: 8,
      nodeGap: 14,
      nodeWidth: 14,
      draggable: false,
      layoutIterations: 16,
      emphasis: { focus: 'adjacency' },
      lineStyle: { color: 'source', opacity: 0.22, curveness: 0.5 },
      label: {
        color: look.tone('--fc-strong'),
        fontSize: 12,
        width: look.narrow ? 64 : 124,
        overflow: 'truncate',
        formatter: ({ name }) => `${look.count(nodes[name].count)} ${brief(nodes[name].name)}`,
      },
      data: nodes.map((node, place) => ({
        name: `${place}`,
        depth: node.layer,
        itemStyle: { color: node.quiet ? look.tone('--fc-line') : look.colors[names.indexOf(node.name) % look.colors.length], borderWidth: 0 },
      })),
      links: links.map(({ source, target, count }) => ({ source: `${source}`, target: `${target}`, value: count })),
    }],
  }
}

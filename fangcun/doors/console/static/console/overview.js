// The overview's charts: asked once, asked again when the range changes or the page comes back to front.
(() => {
  const root = document.getElementById('overview')
  if (!root) return
  const css = getComputedStyle(document.documentElement)
  const tone = name => css.getPropertyValue(name).trim()
  const charts = Object.fromEntries(['funnel', 'trend'].map(id => [id, echarts.init(document.getElementById(id))]))
  let days = '14'
  let asked = null

  const duration = ms => ms == null ? '' : ms < 90e3 ? `${Math.round(ms / 1e3)} s` : ms < 5400e3 ? `${Math.round(ms / 6e4)} min` : `${(ms / 36e5).toFixed(1)} h`
  const share = (part, whole) => whole ? `${(100 * part / whole).toFixed(1)}%` : '—'

  function drawFunnel({ funnel, labels }) {
    const empty = !funnel[0].persons
    document.getElementById('funnel').hidden = empty
    document.getElementById('funnel-empty').hidden = !empty
    if (empty) return
    charts.funnel.resize()
    const widest = Math.max(...funnel.map(step => step.persons))
    charts.funnel.setOption({
      color: ['#087F45', '#2E9E63', '#62BB88', '#F2994A'],
      tooltip: {
        trigger: 'item',
        formatter: ({ dataIndex: i }) => {
          const step = funnel[i]
          const lines = [`<b>${step.name}</b> ${step.persons} ${labels.persons}`]
          if (i) lines.push(`${labels.rate} ${share(step.persons, funnel[i - 1].persons)}`, `${labels.total} ${share(step.persons, funnel[0].persons)}`)
          if (step.median_ms != null) lines.push(`${labels.median} ${duration(step.median_ms)}`)
          return lines.join('<br>')
        },
      },
      series: [{
        type: 'funnel', sort: 'none', left: '3%', width: '56%', top: 8, bottom: 8, min: 0, max: widest, minSize: '6%', gap: 4,
        itemStyle: { borderWidth: 0, borderRadius: 4 },
        labelLine: { length: 16, lineStyle: { color: tone('--fc-line') } },
        label: {
          position: 'right', color: tone('--fc-text'), fontSize: 13, lineHeight: 18,
          formatter: ({ dataIndex: i }) => `{name|${funnel[i].name}}  {count|${funnel[i].persons}}${i ? `\n{dim|${labels.rate} ${share(funnel[i].persons, funnel[i - 1].persons)}}` : ''}`,
          rich: { name: { color: tone('--fc-text') }, count: { fontWeight: 700, color: tone('--fc-strong') }, dim: { color: tone('--fc-dim'), fontSize: 12 } },
        },
        data: funnel.map(step => ({ name: step.name, value: step.persons })),
      }],
    })
  }

  function drawTrend({ days, visitors, orders, amount, labels }) {
    const axis = { axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: tone('--fc-dim') }, splitLine: { lineStyle: { color: tone('--fc-line') } } }
    charts.trend.setOption({
      color: ['#087F45', '#3B82F6', '#F2994A'],
      tooltip: { trigger: 'axis' },
      legend: { top: 0, textStyle: { color: tone('--fc-text') }, icon: 'roundRect', itemWidth: 12, itemHeight: 4 },
      grid: { left: 40, right: 56, top: 36, bottom: 28 },
      xAxis: { type: 'category', data: days.map(day => day.slice(5)), axisLine: { lineStyle: { color: tone('--fc-line') } }, axisTick: { show: false }, axisLabel: { color: tone('--fc-dim') } },
      yAxis: [{ type: 'value', minInterval: 1, ...axis }, { type: 'value', ...axis, splitLine: { show: false }, axisLabel: { color: tone('--fc-dim'), formatter: '¥{value}' } }],
      series: [
        { name: labels.visitors, type: 'line', smooth: true, symbolSize: 6, data: visitors, areaStyle: { opacity: 0.08 } },
        { name: labels.orders, type: 'line', smooth: true, symbolSize: 6, data: orders },
        { name: labels.amount, type: 'bar', yAxisIndex: 1, barMaxWidth: 18, itemStyle: { borderRadius: [4, 4, 0, 0] }, data: amount.map(fen => fen / 100) },
      ],
    })
  }

  async function load() {
    asked?.abort()
    asked = new AbortController()
    for (const chart of Object.values(charts)) chart.showLoading({ text: '', color: '#087F45', maskColor: 'transparent' })
    try {
      const answer = await fetch(`${root.dataset.url}?days=${days}`, { signal: asked.signal, headers: { Accept: 'application/json' } })
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
      const numbers = await answer.json()
      drawFunnel(numbers)
      drawTrend(numbers)
    }
    catch (error) {
      if (error.name !== 'AbortError') console.error(error)
    }
    finally {
      for (const chart of Object.values(charts)) chart.hideLoading()
    }
  }

  for (const button of document.querySelectorAll('.fc-ranges button')) {
    button.addEventListener('click', () => {
      document.querySelectorAll('.fc-ranges button').forEach(other => other.setAttribute('aria-pressed', other === button))
      days = button.dataset.days
      load()
    })
  }
  addEventListener('resize', () => Object.values(charts).forEach(chart => chart.resize()))
  document.addEventListener('visibilitychange', () => document.hidden || load())
  load()
})()

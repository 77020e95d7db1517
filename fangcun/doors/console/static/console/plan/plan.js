// The plan's pages: a list that is searched while one types, the goals' charts, the tab in view.
(() => {
  document.querySelector('.fp-tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  document.querySelector('.fp-list [aria-current]')?.scrollIntoView({ block: 'nearest' })

  function sift(id) {
    const words = document.querySelector(`[data-filter="${id}"]`)?.value.trim().toLowerCase().split(/\s+/).filter(Boolean) ?? []
    const tags = [...document.querySelectorAll(`[data-filter-tag="${id}"]`)].map(one => one.value).filter(Boolean)
    let left = 0
    for (const row of document.getElementById(id).children) {
      const has = (row.dataset.tags ?? '').split(' ')
      row.hidden = !(words.every(word => row.dataset.words.includes(word)) && tags.every(tag => has.includes(tag)))
      left += !row.hidden
    }
    const none = document.querySelector(`[data-filter-none="${id}"]`)
    if (none) none.hidden = left > 0
  }
  for (const input of document.querySelectorAll('[data-filter], [data-filter-tag]')) {
    input.addEventListener('input', () => sift(input.dataset.filter ?? input.dataset.filterTag))
  }

  function openNamed() {
    const named = location.hash && document.getElementById(location.hash.slice(1))
    if (named?.tagName === 'DETAILS') named.open = true
  }
  addEventListener('hashchange', openNamed)
  openNamed()

  const words = document.getElementById('chart-words')?.dataset
  if (!words || !window.echarts) return
  const charts = new Map()

  function shown(value, unit) {
    if (value == null) return '—'
    if (unit === 'percent') return `${+(value * 100).toFixed(1)}%`
    if (unit === 'yuan') return `¥${Math.round(value).toLocaleString()}`
    return (+value.toFixed(1)).toLocaleString()
  }

  const short = new Intl.NumberFormat(document.documentElement.lang || 'zh', { notation: 'compact', maximumFractionDigits: 1 })
  const tick = (value, unit) => unit === 'percent' ? shown(value, unit) : `${unit === 'yuan' ? '¥' : ''}${short.format(value)}`

  function draw(box) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent)
    const css = getComputedStyle(document.documentElement)
    const tone = name => css.getPropertyValue(name).trim()
    const line = (name, points, style) => ({ name, type: 'line', data: points, showSymbol: false, lineStyle: style, itemStyle: { color: style.color }, connectNulls: false })
    const last = data.points.findLast(point => point[1] != null)
    const chart = charts.get(box) ?? echarts.init(box, null, { renderer: 'svg' })
    charts.set(box, chart)
    chart.setOption({
      animation: false,
      grid: { left: 52, right: 14, top: 28, bottom: 24 },
      legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 2, icon: 'rect', textStyle: { color: tone('--fc-dim'), fontSize: 11 } },
      tooltip: { trigger: 'axis', valueFormatter: value => shown(Array.isArray(value) ? value[1] : value, data.unit), confine: true, backgroundColor: tone('--fc-ground'), borderColor: tone('--fc-line'), textStyle: { color: tone('--fc-strong'), fontSize: 12 } },
      xAxis: { type: 'time', splitNumber: 4, axisLine: { lineStyle: { color: tone('--fc-line') } }, axisTick: { show: false }, axisLabel: { color: tone('--fc-dim'), fontSize: 11, hideOverlap: true, formatter: time => { const day = new Date(time); return `${day.getFullYear() % 100}-${day.getMonth() + 1}-${day.getDate()}` } } },
      yAxis: { type: 'value', scale: true, splitNumber: 3, axisLabel: { color: tone('--fc-dim'), fontSize: 11, formatter: value => tick(value, data.unit) }, splitLine: { lineStyle: { color: tone('--fc-line') } } },
      series: [
        {
          ...line(words.now, data.points, { color: tone('--fc-brand'), width: 2 }),
          areaStyle: { color: tone('--fc-brand'), opacity: 0.08, origin: 'start' },
          markLine: { silent: true, symbol: 'none', data: [{ yAxis: data.target }], label: { show: false }, lineStyle: { color: tone('--fc-brand'), type: 'dotted', opacity: 0.7 } },
          markPoint: last ? { silent: true, symbol: 'circle', symbolSize: 7, data: [{ coord: last }], label: { show: false } } : undefined,
        },
        ...data.needed.length ? [line(words.needed, data.needed, { color: tone('--fc-dim'), type: 'dashed', width: 1.5 })] : [],
        ...data.forecast.length ? [line(words.forecast, data.forecast, { color: '#d9922b', type: 'dashed', width: 1.5 })] : [],
      ],
    })
  }

  const boxes = document.querySelectorAll('[data-chart]')
  boxes.forEach(draw)
  for (const event of ['resize', 'beforeprint', 'afterprint']) addEventListener(event, () => charts.forEach(chart => chart.resize()))
  new MutationObserver(() => boxes.forEach(draw)).observe(document.documentElement, { attributes: true, attributeFilter: ['class'] })
})()

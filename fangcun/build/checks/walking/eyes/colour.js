// How well a text stands out, by WCAG 2.2, from computed styles.
const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
const known = new Map()
function rgba(color) {
  if (known.has(color))
    return known.get(color)
  canvas.clearRect(0, 0, 1, 1)
  canvas.fillStyle = color
  canvas.fillRect(0, 0, 1, 1)
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
  known.set(color, [r, g, b, a / 255])
  return known.get(color)
}
const over = ([r, g, b, a], [br, bg, bb]) => [r * a + br * (1 - a), g * a + bg * (1 - a), b * a + bb * (1 - a), 1]

/** The colour behind a text, or null when a picture or a gradient lies there. */
function background(element, x, y) {
  const layers = []
  const under = document.elementsFromPoint(x, y)
  const from = under.findIndex(one => one === element || element.contains(one) || one.contains(element))
  if (from < 0)
    return null
  for (const one of under.slice(from)) {
    const style = getComputedStyle(one)
    if (one.matches('img,wx-image,canvas,video,wx-map,wx-video,svg') || style.backgroundImage !== 'none' || style.backdropFilter !== 'none' || style.filter !== 'none')
      return null
    const color = rgba(style.backgroundColor)
    if (color[3] > 0)
      layers.push(color)
    if (color[3] > 0.99)
      break
  }
  return layers.reverse().reduce((below, color) => over(color, below), [255, 255, 255, 1])
}

function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map(value => value / 255).map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  return 0.2126 * x + 0.7152 * y + 0.0722 * z
}

/** WCAG 2.2 contrast of a text, or null when it can't be known. */
function contrast({ element, left, top, width, height }) {
  const x = left + Math.min(width / 2, 20)
  const y = top + height / 2
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight)
    return null
  let opacity = 1
  for (let one = element; one; one = one.parentElement)
    opacity *= Number(getComputedStyle(one).opacity)
  const behind = background(element, x, y)
  const style = getComputedStyle(element)
  const fill = rgba(style.color)
  if (!behind || opacity < 0.99 || fill[3] === 0 || style.textShadow !== 'none' || style.webkitBackgroundClip === 'text')
    return null
  const [light, dark] = [luminance(over(fill, behind)), luminance(behind)].sort((a, b) => b - a)
  return Math.round((light + 0.05) / (dark + 0.05) * 100) / 100
}

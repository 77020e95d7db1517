// What is on the open page. The files of this folder are put together into one function that runs in the browser beside the runner (window.__mp).
const MP = () => window.__mp
const SIGN = /(?:^|[-_\s]|\b)(?:loading|spinner|spin|loader)(?:$|[-_\s]|\b)/i
const SIGN_WORDS = /^(?:正在)?(?:加载中|载入中|努力加载|加载|请稍候|请稍等|loading)[.…。\s]*$/i
const BUILT_IN = 'wx-button,wx-navigator,wx-picker,wx-switch,wx-checkbox,wx-radio'
const PICTURES = 'wx-image,img,wx-canvas,wx-video,wx-map,wx-camera,wx-web-view,wx-live-player,wx-swiper,svg,wx-editor'
let loadingSigns = []
let mutations = 0

const page = () => [...document.querySelectorAll('.mp-page')].find(one => !one.hidden)
const roots = () => [page(), document.getElementById('layer')].filter(Boolean)
const box = element => element.getBoundingClientRect()
const classOf = element => String(element.getAttribute?.('class') ?? '').replace(/\bs\w+--/g, '').split(/\s+/).filter(Boolean)
const words = element => (element.innerText ?? '').replace(/\s+/g, ' ').trim()

function isVisible(element) {
  const { width, height } = box(element)
  return width > 0 && height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
}

/** The name of an element that is the same when the page is opened again: its place without the numbers of a list. */
function kindOf(element) {
  const parts = []
  for (let one = element; one && parts.length < 6 && !one.classList?.contains('mp-page'); one = one.parentElement)
    parts.push(`${one.tagName.toLowerCase()}.${classOf(one).filter(name => !/^(?:on|active|selected|current|checked|disabled)$|--?active$/.test(name)).slice(0, 3).join('.')}`)
  return parts.join('<')
}

function placeOf(element) {
  const parts = []
  for (let one = element; one?.parentElement && one.id !== 'pages' && one.id !== 'layer' && !one.classList.contains('mp-page'); one = one.parentElement)
    parts.unshift([...one.parentElement.children].indexOf(one))
  return `${element.closest('#layer') ? 'layer' : 'page'}/${parts.join('/')}`
}

function at(place) {
  const [where, ...indexes] = place.split('/')
  let one = where === 'layer' ? document.getElementById('layer') : page()
  for (const index of indexes.filter(Boolean)) one = one?.children[Number(index)]
  return one
}

const taps = element => (element.__mpTaps ?? []).filter(({ name }) => name === 'tap')

/** Everything on the page that looks or claims to be tappable. */
function tappable() {
  const found = []
  for (const root of roots()) {
    for (const element of root.querySelectorAll('*')) {
      const isBuiltIn = element.matches(BUILT_IN) || (element.tagName === 'BUTTON' && element.closest('#layer'))
      if (!isBuiltIn && taps(element).length === 0)
        continue
      if (isVisible(element))
        found.push(element)
    }
  }
  return found
}

function controlOf(element) {
  const { left, top, width, height } = box(element)
  const data = element.__wxElement?.data ?? {}
  const bound = taps(element)
  return {
    place: placeOf(element),
    kind: kindOf(element),
    tag: element.tagName.toLowerCase().replace(/^wx-/, ''),
    text: words(element).slice(0, 60) || element.getAttribute('aria-label') || '',
    classes: classOf(element).join(' '),
    rect: [left, top, width, height].map(value => Math.round(value * 10) / 10),
    bound: bound.length > 0,
    own: bound.some(one => one.of === MP().pages.current?.path),
    stops: bound.length > 0 && bound.every(one => one.isFinal),
    empty: bound.length === 0 && !element.querySelector('*') && !words(element),
    open_type: String(data.openType ?? ''),
    form_type: String(data.formType ?? ''),
    url: String(data.url ?? element.dataset?.url ?? element.dataset?.path ?? ''),
    disabled: element.hasAttribute('disabled') || data.disabled === true || /(?:^|\s)(?:[\w-]*disabled)(?:\s|$)/.test(classOf(element).join(' ')),
    in_text: isInText(element),
    within: Boolean(element.parentElement?.closest(`wx-label,${BUILT_IN}`) || [...ancestors(element)].some(one => taps(one).length > 0)),
    fills: width * height > innerWidth * innerHeight * 0.5,
    size_px: Number.parseFloat(getComputedStyle(element).fontSize),
  }
}

function* ancestors(element) {
  for (let one = element.parentElement; one && !one.classList.contains('mp-page'); one = one.parentElement)
    yield one
}

/** A sheet or a page laid over the page: what stands fixed under most of the screen's corners and its middle; null when nothing does. */
function overlay() {
  const area = box(document.getElementById('pages'))
  const tops = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].map(([x, y]) => {
    const hit = document.elementFromPoint(area.left + area.width * x, area.top + area.height * y)
    return hit && !hit.closest('#layer') && [hit, ...ancestors(hit)].reverse().find((one) => {
      const { position, zIndex } = getComputedStyle(one)
      return position === 'fixed' || (position === 'absolute' && Number(zIndex) > 0 && box(one).width > area.width * 0.9 && box(one).height > area.height * 0.9)
    })
  })
  const layers = [...new Set(tops.filter(Boolean))]
  if (tops.filter(Boolean).length < 4)
    return null
  const within = tappable().filter(one => layers.some(layer => layer.contains(one)))
  return { text: layers.map(words).join(' ').trim().slice(0, 1200), controls: within.map(controlOf) }
}

/** A link in the middle of a sentence; such may be as small as the sentence. */
function isInText(element) {
  const parent = element.parentElement
  if (!parent || !getComputedStyle(element).display.startsWith('inline') || element.matches('wx-image'))
    return false
  return words(parent).length > words(element).length + 4
}

function texts() {
  const found = []
  for (const root of roots()) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const node = walker.currentNode
      const text = node.textContent.replace(/\s+/g, ' ').trim()
      if (!text || !node.parentElement || !isVisible(node.parentElement))
        continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const { left, top, width, height, right } = range.getBoundingClientRect()
      if (width === 0 || height === 0)
        continue
      found.push({ node, element: node.parentElement, text, left, top, width, height, right })
    }
  }
  return found
}

// What a stranger sees of the open page; runs in the browser beside the runner (window.__mp). Plain script, no module.
(() => {
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
      stops: bound.length > 0 && bound.every(one => one.isFinal),
      empty: bound.length === 0 && !element.querySelector('*') && !words(element),
      open_type: String(data.openType ?? ''),
      form_type: String(data.formType ?? ''),
      url: String(data.url ?? element.dataset?.url ?? element.dataset?.path ?? ''),
      disabled: element.hasAttribute('disabled') || data.disabled === true || /(?:^|\s)(?:[\w-]*disabled)(?:\s|$)/.test(classOf(element).join(' ')),
      in_text: isInText(element),
      within: Boolean(element.parentElement?.closest('wx-label') || [...ancestors(element)].some(one => taps(one).length > 0)),
      fills: width * height > innerWidth * innerHeight * 0.5,
      size_px: Number.parseFloat(getComputedStyle(element).fontSize),
    }
  }

  function* ancestors(element) {
    for (let one = element.parentElement; one && !one.classList.contains('mp-page'); one = one.parentElement)
      yield one
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

  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
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

  function scrolls(element) {
    for (let one = element; one; one = one.parentElement) {
      if (one.matches('wx-scroll-view[scroll-x],wx-swiper,wx-movable-area') || (!one.classList.contains('mp-page') && /auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX) && one.scrollWidth >= one.clientWidth && one.id !== 'pages'))
        return true
    }
    return false
  }

  const isDimmed = element => Boolean(element.closest('[disabled],[data-disabled]')) || /disabled|placeholder/.test([element, ...ancestors(element)].slice(0, 5).map(one => classOf(one).join(' ')).join(' '))

  function look() {
    const shown = page()
    const all = shown ? texts() : []
    const bottom = document.getElementById('pages').getBoundingClientRect()
    return {
      path: MP().stack.at(-1) ?? '',
      stack: MP().stack,
      title: document.getElementById('navigation').innerText.replace('‹', '').trim(),
      custom_bar: document.getElementById('navigation').className === 'custom',
      tab_bar: !document.getElementById('tabs').hidden || Boolean(MP().pages.current?.bar),
      text: shown ? words(shown).slice(0, 6000) : '',
      dialog: [...document.querySelectorAll('#layer .box')].map(words),
      toast: [...document.querySelectorAll('#layer .toast')].map(words),
      pictures: shown ? [...shown.querySelectorAll(PICTURES)].filter(one => isVisible(one) && !(one.matches('wx-image') && !one.querySelector('img[src]'))).length + painted(shown) : 0,
      fields: shown ? [...shown.querySelectorAll('wx-input,wx-textarea')].filter(isVisible).length : 0,
      secret_fields: shown ? shown.querySelectorAll('input[type=password]').length : 0,
      controls: tappable().map(controlOf),
      texts: all.map(one => ({
        text: one.text.slice(0, 60),
        size: Math.round(Number.parseFloat(getComputedStyle(one.element).fontSize) * 10) / 10,
        bold: Number(getComputedStyle(one.element).fontWeight) >= 700,
        icon: isIcon(one),
        dimmed: isDimmed(one.element),
        platform: Boolean(one.element.closest('wx-button[type=primary],wx-button[type=warn],#layer')),
        contrast: one.top < bottom.bottom ? contrast(one) : null,
        right: Math.round(one.right),
        overflows: one.right > innerWidth + 1 && one.left < innerWidth && !scrolls(one.element),
      })),
      loading: signs(),
      most_loading: loadingSigns,
      width: innerWidth,
      height: innerHeight,
    }
  }

  const isIcon = ({ text, element }) => /^[\uE000-\uF8FF\s]*$/.test(text) || text.length === 1 && /[^\p{L}\p{N}]/u.test(text) || /icon/i.test(getComputedStyle(element).fontFamily)

  /** Elements that show a picture as their background. */
  const painted = root => [...root.querySelectorAll('*')].filter(one => getComputedStyle(one).backgroundImage.includes('url(') && isVisible(one)).length

  /** Every sign now on the screen that says to wait; each is a short name. */
  function signs() {
    const found = []
    const layer = [...document.querySelectorAll('#layer .toast')].find(one => one.dataset.loading)
    if (layer)
      found.push(`wx.showLoading ${words(layer)}`.trim())
    if (document.getElementById('navigation').hasAttribute('data-loading'))
      found.push('wx.showNavigationBarLoading')
    const shown = page()
    if (!shown)
      return found
    const turning = [...shown.querySelectorAll('*')].filter((one) => {
      if (!isVisible(one) || box(one).top > innerHeight || box(one).bottom < 0)
        return false
      const isNamed = SIGN.test(classOf(one).join(' ')) || one.matches('wx-button[loading]')
      const isSaid = one.childElementCount === 0 && SIGN_WORDS.test(words(one))
      const isMoving = isNamed && (one.getAnimations({ subtree: true }).some(({ effect }) => effect?.getTiming().iterations === Infinity) || SIGN_WORDS.test(words(one)))
      return isMoving || isSaid
    })
    const outer = turning.filter(one => !turning.some(other => other !== one && (other.contains(one) || other.parentElement === one.parentElement && [...other.parentElement.children].indexOf(other) < [...one.parentElement.children].indexOf(one))))
    return found.concat(outer.map(one => `${one.tagName.toLowerCase().replace('wx-', '')}.${classOf(one)[0] ?? ''} ${words(one).slice(0, 20)}`.trim()))
  }

  new MutationObserver((records) => {
    mutations += records.filter(({ target, attributeName }) => !(attributeName === 'class' && /hover/.test(target.getAttribute?.('class') ?? ''))).length
    requestAnimationFrame(() => {
      const now = MP()?.pages?.current ? signs() : []
      if (now.length > loadingSigns.length)
        loadingSigns = now
    })
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true })

  const frame = () => new Promise(resolve => requestAnimationFrame(() => resolve()))
  const wait = time => new Promise(resolve => setTimeout(resolve, time))

  /** Waits until nothing more follows by itself: no request, no timer of the package, no animation that ends. At most `most` ms. */
  async function settle(most, soon) {
    const end = performance.now() + most
    let still = 0
    let seen = -1
    while (performance.now() < end && still < 2) {
      await frame()
      await wait(10)
      const { journal } = MP()
      const due = [...journal.timers.values()].some(time => time - performance.now() < soon)
      const moves = document.getAnimations().some(({ effect, playState }) => playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime) && effect.getComputedTiming().endTime < 1000)
      const now = mutations + journal.entries.length + journal.changes
      still = journal.waiting === 0 && !due && !moves && now === seen ? still + 1 : 0
      seen = now
    }
    return performance.now() < end
  }

  /** Brings a control to where it can be tapped and says where; null when something else lies over it. */
  function aim(place) {
    const element = at(place)
    if (!element?.isConnected || !isVisible(element))
      return null
    if (box(element).top < 50 || box(element).bottom > innerHeight - 56 || box(element).left < 0 || box(element).right > innerWidth)
      element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
    const { left, top, width, height } = box(element)
    for (const [dx, dy] of [[0.5, 0.5], [0.5, 0.08], [0.08, 0.5], [0.92, 0.5], [0.5, 0.92]]) {
      const [x, y] = [left + width * dx, top + height * dy]
      const hit = document.elementFromPoint(x, y)
      const nearest = hit && (hit === element ? hit : [hit, ...ancestors(hit)].find(one => one === element || (one !== hit || taps(one).length > 0) && (taps(one).length > 0 || one.matches(BUILT_IN))))
      if (hit && element.contains(hit) && (nearest === element || !nearest))
        return { x, y, kind: kindOf(element), text: words(element).slice(0, 60) }
    }
    return null
  }

  function state() {
    const { journal, stack } = MP()
    return { stack, entries: journal.entries.length, changes: journal.changes, mutations, scroll: page()?.scrollTop ?? 0, inputs: [...document.querySelectorAll('input')].map(one => `${one.value}${one.checked}`).join() }
  }

  function shape() {
    return { text: words(page() ?? document.body), dialogs: document.querySelectorAll('#layer .box').length, kinds: tappable().map(one => `${kindOf(one)}|${words(one).slice(0, 20)}`).join('\n') }
  }

  /** Types something into every empty field, as somebody does who means to go on. */
  function fill() {
    let filled = 0
    for (const field of page()?.querySelectorAll('input:not([type=checkbox]):not([type=radio]),textarea') ?? []) {
      if (field.value || field.disabled)
        continue
      field.value = field.inputMode === 'numeric' || field.inputMode === 'decimal' ? '13800138000'.slice(0, field.maxLength > 0 ? field.maxLength : 11) : '小方'
      field.dispatchEvent(new Event('input', { bubbles: true }))
      field.dispatchEvent(new Event('blur'))
      filled++
    }
    for (const tick of page()?.querySelectorAll('input[type=checkbox]:not(:checked)') ?? []) {
      tick.click()
      filled++
    }
    return filled
  }

  window.__eyes = { look, settle, aim, state, shape, fill, forget: () => loadingSigns = [], entries: from => MP().journal.entries.slice(from) }
})()

// What is wrong with the page on show, as a list of {kind, part, words, detail}. Reads only, but for `enlarge` and `scroll`.
window.__compat = (() => {
  const SLACK = 1.5
  const CONTROLS = 'button, a[href], input, textarea, select, uni-button, uni-switch, uni-input, uni-textarea, [role=button], [role=tab], [onclick], [data-testid]'
  const LOADING = /skeleton|loading|spinner/i

  const styleOf = element => getComputedStyle(element)
  const parentOf = element => element.parentElement
  function isShown(element) {
    if (!element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }))
      return false
    const { width, height } = element.getBoundingClientRect()
    return width > 1 && height > 1
  }
  function wordsOf(element) {
    return (element.innerText || element.getAttribute?.('aria-label') || element.value || element.placeholder || '').trim().replace(/\s+/g, ' ').slice(0, 40)
  }
  function partOf(element) {
    const known = element.closest('[data-testid]')
    if (known)
      return known.dataset.testid
    const name = typeof element.className === 'string' ? element.className.trim().split(/\s+/).slice(0, 2).join('.') : ''
    return element.tagName.toLowerCase() + (name ? `.${name}` : '')
  }
  const found = (kind, element, detail) => ({ kind, part: partOf(element), words: wordsOf(element), detail })
  function all() {
    return [...document.body.querySelectorAll('*')].filter(element => !['SCRIPT', 'STYLE', 'SVG', 'PATH'].includes(element.tagName.toUpperCase()) && isShown(element))
  }
  const ownText = element => [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.textContent.trim()).join('')
  function scroller(element, axis) {
    for (let at = parentOf(element); at && at !== document.body; at = parentOf(at)) {
      const how = styleOf(at)[axis === 'x' ? 'overflowX' : 'overflowY']
      if (how !== 'visible' && how !== 'clip')
        return at
    }
    return null
  }
  function fixedAround(element) {
    for (let at = element; at && at !== document.body; at = parentOf(at)) {
      if (['fixed', 'sticky'].includes(styleOf(at).position))
        return at
    }
    return null
  }
  const isControl = element => element.matches(CONTROLS) && (!element.matches('[data-testid]:not(button,a,input,textarea,select,uni-button,uni-switch,uni-input,uni-textarea,[role=button],[role=tab])') || styleOf(element).cursor === 'pointer' || element.matches('[data-tap]'))

  function overflow(elements) {
    const width = document.documentElement.clientWidth
    const page = document.scrollingElement
    if (page.scrollWidth <= width + SLACK)
      return []
    const wide = elements.filter(element => element.getBoundingClientRect().right > width + SLACK && !scroller(element, 'x') && !fixedAround(element))
    const outer = wide.filter(element => !wide.includes(parentOf(element)))
    return (outer.length ? outer : [document.body]).slice(0, 3).map(element => found('overflow', element, `内容宽 ${page.scrollWidth}，屏幕宽 ${width}`))
  }

  function cut(elements) {
    const problems = []
    for (const element of elements) {
      if (!ownText(element))
        continue
      const style = styleOf(element)
      const clamped = style.webkitLineClamp && style.webkitLineClamp !== 'none'
      const hides = style.overflowX !== 'visible' || style.overflowY !== 'visible'
      const wide = element.scrollWidth > element.clientWidth + SLACK && element.clientWidth > 0
      const high = element.scrollHeight > element.clientHeight + 3 && element.clientHeight > 0
      if (hides && wide && style.textOverflow !== 'ellipsis' && !clamped && !['auto', 'scroll'].includes(style.overflowX))
        problems.push(found('cut', element, `文字宽 ${element.scrollWidth}，只显示 ${element.clientWidth}`))
      else if (hides && high && !clamped && style.textOverflow !== 'ellipsis' && !['auto', 'scroll'].includes(style.overflowY))
        problems.push(found('cut', element, `文字高 ${element.scrollHeight}，只显示 ${element.clientHeight}`))
      else if (!hides && outOfBox(element))
        problems.push(found('cut', element, '文字伸出了它的按钮'))
    }
    return problems
  }
  function outOfBox(element) {
    const box = element.closest('button, uni-button, [role=button]')
    if (!box)
      return false
    const range = document.createRange()
    range.selectNodeContents(element)
    const text = range.getBoundingClientRect()
    const around = box.getBoundingClientRect()
    return text.width > 0 && (text.right > around.right + 2 || text.left < around.left - 2 || text.bottom > around.bottom + 4 || text.top < around.top - 4)
  }

  function outside(elements) {
    const width = document.documentElement.clientWidth
    return elements.filter(isControl).filter((element) => {
      const { left, right, width: own } = element.getBoundingClientRect()
      const gone = Math.max(0, right - width) + Math.max(0, -left)
      return gone > own * 0.3 && !scroller(element, 'x')
    }).map(element => found('outside', element, '控件有一部分在屏幕外面'))
  }

  function hit(element) {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const x = (left + right) / 2
    const y = (top + bottom) / 2
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight)
      return element
    return document.elementFromPoint(x, y) ?? element
  }
  /** Whether something lies over the whole screen. */
  function overlaid() {
    const mask = fixedAround(document.elementFromPoint(2, innerHeight / 2) ?? document.body)
    const { width, height } = mask?.getBoundingClientRect() ?? { width: 0, height: 0 }
    return width > innerWidth * 0.9 && height > innerHeight * 0.8
  }
  const isKin = (one, other) => one.contains(other) || other.contains(one)

  // Controls under something that stays where it is, and controls on top of each other.
  function covered(elements, atEnd) {
    if (overlaid())
      return [] // a dialog or a sheet is to be answered first
    const problems = []
    for (const element of elements.filter(isControl)) {
      const top = hit(element)
      if (isKin(element, top) || top === document.documentElement || top === document.body)
        continue
      const bar = fixedAround(top)
      // What is under the upper bar at the beginning, or the lower bar at the end, comes out by no scrolling.
      const isLower = bar && bar.getBoundingClientRect().top > innerHeight / 2
      if (bar && !bar.contains(element) && (isLower === atEnd || fixedAround(element)))
        problems.push(found('covered', element, `被固定的 ${partOf(bar)} 挡住，怎样滚动都点不到`))
      else if (!bar && isControl(top.closest(CONTROLS) ?? top) && !scroller(element, 'y'))
        problems.push(found('overlap', element, `和 ${partOf(top)}“${wordsOf(top)}”叠在一起`))
    }
    return problems
  }

  // What ends inside of the strip that the phone keeps for its home bar.
  function unsafe(elements, inset) {
    if (!inset)
      return []
    return elements.filter(element => isControl(element) && fixedAround(element)).filter((element) => {
      const { top, bottom, height } = element.getBoundingClientRect()
      const bar = fixedAround(element).getBoundingClientRect()
      return bar.bottom > innerHeight - 2 && bar.height < innerHeight * 0.8 && top < innerHeight && bottom - (innerHeight - inset) > Math.min(8, height / 3)
    }).map(element => found('unsafe', element, `伸进了底部 ${inset} px 的安全区`))
  }

  function rgba(text) {
    const numbers = (text.match(/[\d.]+/g) ?? []).map(Number)
    return { r: numbers[0] ?? 0, g: numbers[1] ?? 0, b: numbers[2] ?? 0, a: numbers[3] ?? 1 }
  }
  function light({ r, g, b }) {
    const [x, y, z] = [r, g, b].map(value => value / 255).map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  function behind(element) {
    for (let at = element; at; at = parentOf(at)) {
      const style = styleOf(at)
      if (style.backgroundImage !== 'none')
        return null
      const colour = rgba(style.backgroundColor)
      if (colour.a > 0.9)
        return colour
      if (colour.a > 0.05)
        return null
    }
    return { r: 255, g: 255, b: 255 }
  }
  function invisible(elements) {
    return elements.filter(element => ownText(element)).filter((element) => {
      const ground = behind(element)
      const colour = rgba(styleOf(element).color)
      if (!ground || colour.a < 0.5)
        return false
      const [high, low] = [light(ground), light(colour)].sort((a, b) => b - a)
      return (high + 0.05) / (low + 0.05) < 1.3
    }).map(element => found('invisible', element, '文字和背景几乎同色，看不见'))
  }

  const RAW = /^(?:[a-z]+\.)+[a-z_]+$/i
  function untranslated(elements) {
    return elements.filter(element => RAW.test(ownText(element)) && !/\.(?:com|cn|net|org)$/.test(ownText(element))).map(element => found('untranslated', element, '显示的是文案的键，不是文案'))
  }

  return {
    /** Whether anything is shown at all, and whether it says that more is coming. */
    state() {
      const elements = all()
      const says = element => LOADING.test(typeof element.className === 'string' ? element.className : '') || LOADING.test(element.dataset?.testid ?? '')
      // A card that only its picture is missing from is no longer coming.
      const loading = elements.filter(element => says(element) && !wordsOf(element.closest('[data-testid]') ?? element))
      const text = document.body.innerText.trim()
      const bars = document.querySelector('uni-page-head, #navigation')?.innerText?.trim() ?? ''
      const tabs = document.querySelector('uni-tabbar, #tabs')?.innerText?.trim() ?? ''
      const own = text.replace(bars, '').replace(tabs, '').trim()
      const pictures = elements.filter(element => element.tagName === 'IMG' || element.tagName === 'UNI-IMAGE').length
      return { text: own.length, loading: loading.length, waiting: loading.length ? partOf(loading[0]) : '', pictures, blank: own.length < 2 && !loading.length && pictures < 1 }
    },
    /** Everything but what needs the end of the page. */
    look({ bottom }) {
      const elements = all()
      return [...overflow(elements), ...cut(elements), ...outside(elements), ...covered(elements, false), ...unsafe(elements, bottom), ...invisible(elements), ...untranslated(elements)]
    },
    /** What is still covered at the end of the page. */
    lookAtEnd() {
      return covered(all(), true)
    },
    /** To the upper end, for a picture. */
    top() {
      document.scrollingElement.scrollTo(0, 0)
    },
    scroll() {
      document.scrollingElement.scrollTo(0, document.scrollingElement.scrollHeight)
      const inner = all().filter(element => ['auto', 'scroll'].includes(styleOf(element).overflowY) && element.scrollHeight > element.clientHeight + 4)
      for (const element of inner)
        element.scrollTop = element.scrollHeight
    },
    /** Larger text everywhere, as WeChat's setting makes it; lines that are given in pixels grow along. */
    enlarge(factor) {
      const sizes = all().filter(element => ownText(element) || element.matches('input, textarea')).map((element) => {
        const style = styleOf(element)
        return [element, Number.parseFloat(style.fontSize), Number.parseFloat(style.lineHeight)]
      })
      for (const [element, size, line] of sizes) {
        element.style.fontSize = `${size * factor}px`
        if (line)
          element.style.lineHeight = `${line * factor}px`
      }
    },
  }
})()

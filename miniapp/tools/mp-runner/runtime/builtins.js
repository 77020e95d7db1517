import { canvas } from './canvas.js'
import { defineFields } from './fields.js'
import { openType } from './open-type.js'

/** WeChat's accessibility properties, in the browser's words. */
const ARIA = [['ariaRole', 'role'], ['ariaLabel', 'aria-label'], ['ariaHidden', 'aria-hidden'], ['ariaDisabled', 'aria-disabled'], ['ariaChecked', 'aria-checked']]

/** Registers wx-view, wx-button and the others; `how` adds to a component's definition what its tag needs. */
export function defineBuiltins({ space, tags, pages, wx }) {
  const how = { ...defineFields(), ...containers(), image, 'web-view': webView, canvas, 'page-container': pageContainer, 'button': button(wx, pages), 'navigator': navigator(wx), 'rich-text': richText, progress }
  for (const [tag, properties] of Object.entries(tags)) {
    let definition = space.define(`wx-${tag}`).property('hidden', null)
    for (const name of properties)
      definition = definition.property(name, null)
    definition.observer('hidden', function () {
      this.$$.toggleAttribute('hidden', Boolean(this.data.hidden))
    })
    for (const [name, attribute] of ARIA) {
      definition = definition.property(name, null).observer(name, function () {
        this.$$.setAttribute(attribute, String(this.data[name] ?? ''))
      })
    }
    how[tag]?.(definition)
    space.setGlobalUsingComponent(`wx-${tag}`, definition.registerComponent())
  }
}

/** Runs `paint` when the component appears and whenever one of its properties changes. */
export function painted(definition, properties, paint) {
  definition.lifetime('attached', function () {
    paint(this)
  })
  for (const name of properties) {
    definition.observer(name, function () {
      paint(this)
    })
  }
}

export const isOn = value => value === '' || (Boolean(value) && value !== 'false')

const FIT = { scaleToFill: 'fill', aspectFit: 'contain', aspectFill: 'cover' }

function image(definition) {
  painted(definition, ['src', 'mode'], (component) => {
    const { src, mode } = component.data
    let picture = component.$$.querySelector('img')
    if (!picture) {
      picture = component.$$.appendChild(document.createElement('img'))
      picture.onload = () => component.triggerEvent('load', { width: picture.naturalWidth, height: picture.naturalHeight })
      picture.onerror = () => component.triggerEvent('error', { errMsg: `GET ${picture.src} failed` })
    }
    picture.style.objectFit = FIT[mode] ?? 'fill'
    component.$$.style.height = mode === 'widthFix' ? 'auto' : component.$$.style.height
    picture.style.height = mode === 'widthFix' ? 'auto' : ''
    const address = src ? addressOf(String(src)) : ''
    if (picture.getAttribute('src') !== address)
      address ? picture.setAttribute('src', address) : picture.removeAttribute('src')
  })
}

/** Addresses without a host mean a file of the package. */
export function addressOf(src) {
  return /^(?:https?:|data:|blob:)/.test(src) ? src : `pkg/${src.replace(/^\//, '')}`
}

function button(wx, pages) {
  return (definition) => {
    painted(definition, ['disabled', 'plain', 'size', 'type'], ({ $$, data }) => {
      $$.toggleAttribute('disabled', isOn(data.disabled))
      $$.toggleAttribute('plain', isOn(data.plain))
      $$.setAttribute('size', data.size ?? 'default')
      $$.setAttribute('type', data.type ?? 'default')
    })
    definition.lifetime('attached', function () {
      this.addListener('tap', () => {
        const form = this.$$?.closest('wx-form')?.__wxElement // the page's own handler may have taken the button away
        if (this.data.formType === 'submit')
          form?.triggerEvent('submit', { value: valuesOf(form.$$) })
        else if (this.data.formType === 'reset')
          form?.triggerEvent('reset', {})
        if (this.data.openType)
          openType(this, wx, pages)
      })
    })
  }
}

function valuesOf(form) {
  const fields = Array.from(form.querySelectorAll('*'), element => element.__wxElement).filter(component => component?.data?.name)
  return Object.fromEntries(fields.map(({ data }) => [data.name, data.value ?? data.checked]))
}

const WAYS = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch', navigateBack: 'navigateBack' }

function navigator(wx) {
  return definition => definition.lifetime('attached', function () {
    this.addListener('tap', () => {
      if (this.data.target === 'miniProgram')
        wx.navigateToMiniProgram({ appId: this.data.appId, path: this.data.path, fail() {} })
      else
        wx[WAYS[this.data.openType ?? 'navigate']]?.({ url: this.data.url, delta: this.data.delta ?? 1, fail() {} })
    })
  })
}

function richText(definition) {
  painted(definition, ['nodes'], ({ $$, data: { nodes } }) => {
    // parsed in a document of its own, where nothing loads and no script runs, then only plain markup is kept
    const parsed = new DOMParser().parseFromString(typeof nodes === 'string' ? nodes : markup(nodes ?? []), 'text/html')
    parsed.querySelectorAll('script, iframe, object, embed, link, style').forEach(element => element.remove())
    for (const element of parsed.querySelectorAll('*')) {
      for (const { name } of Array.from(element.attributes)) {
        if (!['class', 'style', 'src', 'alt', 'width', 'height', 'colspan', 'rowspan'].includes(name))
          element.removeAttribute(name)
      }
    }
    $$.replaceChildren(...parsed.body.childNodes)
  })
}

function markup(nodes) {
  const holder = document.implementation.createHTMLDocument('').body
  const build = (parent, list) => list.forEach((node) => {
    if (node.type === 'text')
      return parent.append(node.text ?? '')
    const element = parent.ownerDocument.createElement(node.name ?? 'div')
    for (const [name, value] of Object.entries(node.attrs ?? {}))
      element.setAttribute(name, value)
    build(element, node.children ?? [])
    parent.append(element)
  })
  build(holder, nodes)
  return holder.innerHTML
}

/** A page of the web takes the whole screen; here it is named, since nothing is loaded from elsewhere. */
function webView(definition) {
  painted(definition, ['src'], ({ $$, data }) => {
    $$.textContent = data.src ? `网页 ${data.src}` : ''
  })
}

function pageContainer(definition) {
  painted(definition, ['show'], ({ $$, data }) => $$.toggleAttribute('show', isOn(data.show)))
}

function progress(definition) {
  painted(definition, ['percent'], ({ $$, data }) => {
    const bar = $$.querySelector('i') ?? $$.appendChild(document.createElement('i'))
    bar.style.width = `${Number(data.percent) || 0}%`
  })
}

/** What scrolls. */
function containers() {
  return {
    'scroll-view': (definition) => {
      painted(definition, ['scrollX', 'scrollY', 'scrollTop', 'scrollLeft', 'scrollIntoView'], ({ $$, data }) => {
        $$.toggleAttribute('scroll-x', isOn(data.scrollX))
        $$.toggleAttribute('scroll-y', isOn(data.scrollY))
        if (data.scrollTop != null)
          $$.scrollTop = Number.parseFloat(data.scrollTop)
        if (data.scrollLeft != null)
          $$.scrollLeft = Number.parseFloat(data.scrollLeft)
        if (data.scrollIntoView)
          queueMicrotask(() => $$.querySelector(`[id="${data.scrollIntoView}"]`)?.scrollIntoView())
      })
      definition.lifetime('attached', function () {
        this.$$.addEventListener('scroll', () => tellScroll(this))
      })
    },
    'swiper': (definition) => {
      painted(definition, ['current', 'vertical'], ({ $$, data }) => {
        $$.toggleAttribute('vertical', isOn(data.vertical))
        const item = $$.children[Number(data.current) || 0]
        if (item)
          $$.scrollTo({ left: item.offsetLeft, top: item.offsetTop })
      })
      definition.lifetime('attached', function () {
        let shown = Number(this.data.current) || 0
        this.$$.addEventListener('scrollend', () => {
          const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.$$
          const now = Math.round(isOn(this.data.vertical) ? scrollTop / clientHeight : scrollLeft / clientWidth)
          if (now === shown)
            return
          shown = now
          this.triggerEvent('change', { current: now, source: 'touch' })
          this.triggerEvent('animationfinish', { current: now, source: 'touch' })
        })
      })
    },
  }
}

function tellScroll(component) {
  const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = component.$$
  component.triggerEvent('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth })
  const { lowerThreshold, upperThreshold, scrollX } = component.data
  const [position, rest] = isOn(scrollX) ? [scrollLeft, scrollWidth - clientWidth - scrollLeft] : [scrollTop, scrollHeight - clientHeight - scrollTop]
  if (rest <= Number(lowerThreshold ?? 50))
    component.triggerEvent('scrolltolower', { direction: isOn(scrollX) ? 'right' : 'bottom' })
  if (position <= Number(upperThreshold ?? 50))
    component.triggerEvent('scrolltoupper', { direction: isOn(scrollX) ? 'left' : 'top' })
}

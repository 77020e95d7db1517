// Everything about the open page, as plain data.
/** Whether a text that goes past the edge can be reached by scrolling, or is cut on purpose. */
function scrolls(element) {
  return [element, ...ancestors(element)].some(one => one.matches('wx-scroll-view[scroll-x],wx-swiper,wx-movable-area') || getComputedStyle(one).overflowX !== 'visible')
}

const isDimmed = element => Boolean(element.closest('[disabled],[data-disabled]')) || /disabled|placeholder|inactive|unavailable|sold-?out|expired|\boff\b|\bpast\b|\bfuture\b|\bdim/.test([element, ...ancestors(element)].slice(0, 5).map(one => classOf(one).join(' ')).join(' '))

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

// What a stranger does with his hands.
/** Brings a control to where it can be tapped and says where; null when something else lies over it. */
function aim(place) {
  const element = at(place)
  if (!element?.isConnected || !isVisible(element))
    return null
  const before = box(element).top
  if (box(element).top < 50 || box(element).bottom > innerHeight - 56 || box(element).left < 0 || box(element).right > innerWidth)
    element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
  const { left, top, width, height } = box(element)
  for (const [dx, dy] of [[0.5, 0.5], [0.5, 0.08], [0.08, 0.5], [0.92, 0.5], [0.5, 0.92]]) {
    const [x, y] = [left + width * dx, top + height * dy]
    const hit = document.elementFromPoint(x, y)
    const nearest = hit && [hit, ...ancestors(hit)].find(one => one === element || taps(one).length > 0 || one.matches(BUILT_IN))
    if (hit && element.contains(hit) && (nearest === element || !nearest))
      return { x, y, kind: kindOf(element), moved: box(element).top !== before }
  }
  return null
}

function state() {
  const { journal, stack } = MP()
  const waits = document.querySelector('#layer .toast[data-loading]')
  return { stack, waits: waits ? words(waits) || 'wx.showLoading' : '', entries: journal.entries.length, changes: journal.changes, mutations, scroll: page()?.scrollTop ?? 0, inputs: [...document.querySelectorAll('input')].map(one => `${one.value}${one.checked}`).join() }
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

/** Draws a frame around a control for the picture, or takes it away again. */
function frameAround(place) {
  document.getElementById('walk-frame')?.remove()
  const element = place && at(place)
  if (!element)
    return
  const { left, top, width, height } = box(element)
  const mark = document.body.appendChild(document.createElement('div'))
  mark.id = 'walk-frame'
  mark.style.cssText = `position:fixed;z-index:999999;pointer-events:none;border:3px solid #e02020;border-radius:4px;left:${left - 4}px;top:${top - 4}px;width:${width + 2}px;height:${height + 2}px`
}

const controls = () => tappable().map(controlOf)

window.__eyes = { look, controls, overlay, signs, frameAround, settle, aim, state, shape, fill, forget: () => loadingSigns = [], entries: from => MP().journal.entries.slice(from) }

const layer = document.getElementById('layer')

/** A dialog in the middle of the screen; resolves with the value of the button that was tapped. */
export function ask({ title = '', content = '', fields = [], buttons }) {
  return new Promise((resolve) => {
    const shade = document.createElement('div')
    const box = shade.appendChild(document.createElement('div'))
    box.className = 'box'
    box.setAttribute('role', 'dialog')
    if (title)
      box.appendChild(document.createElement('h3')).textContent = title
    if (content)
      box.appendChild(document.createElement('p')).textContent = content
    box.append(...fields)
    for (const { text, value } of buttons) {
      const button = box.appendChild(document.createElement('button'))
      button.textContent = text
      button.onclick = () => {
        shade.remove()
        resolve(value)
      }
    }
    layer.append(shade)
  })
}

/** A line of text over the page that goes away by itself; `duration` 0: it stays until `hideToast`. */
export function toast(text, duration) {
  hideToast()
  const shade = layer.appendChild(document.createElement('div'))
  shade.className = 'toast'
  shade.appendChild(document.createElement('div')).textContent = text
  if (duration)
    setTimeout(() => shade.remove(), duration)
}

export function hideToast() {
  layer.querySelectorAll('.toast').forEach(element => element.remove())
}

/** The wheel of a <picker>; resolves with its value, or null when it was cancelled. */
export async function pick({ mode = 'selector', range = [], rangeKey, value, start, end }) {
  const columns = mode === 'multiSelector' ? range : [range]
  const wheels = ['date', 'time'].includes(mode) ? [dateField(mode, value, start, end)] : columns.map((options, index) => wheel(options, rangeKey, mode === 'multiSelector' ? value?.[index] : value))
  const done = await ask({ fields: wheels, buttons: [{ text: '确定', value: true }, { text: '取消', value: false }] })
  if (!done)
    return null
  if (['date', 'time'].includes(mode))
    return wheels[0].value
  const chosen = wheels.map(select => select.selectedIndex)
  return mode === 'multiSelector' ? chosen : chosen[0]
}

function wheel(options, rangeKey, selected) {
  const select = document.createElement('select')
  for (const option of options)
    select.add(new Option(rangeKey ? option[rangeKey] : option))
  select.selectedIndex = Number(selected) || 0
  return select
}

function dateField(mode, value, start, end) {
  return Object.assign(document.createElement('input'), { type: mode, value: value ?? '', min: start ?? '', max: end ?? '' })
}

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

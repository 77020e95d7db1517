const layer = document.getElementById('layer')

/** A dialog in the middle of the screen; resolves with the value of the button that was tapped. */
export function ask({ title = '', content = '', fields = [], buttons }) {
  return new Promise((resolve) => {
    const shade = document.createElement('div')
    const box = shade.appendChild(document.createElement('div'))
    box.className = 'box'
    box.setAttribute('role', 'dialog')
    let isPressed = false // the click that follows the tap which opened the dialog is not meant for it
    box.addEventListener('pointerdown', () => isPressed = true)
    if (title)
      box.appendChild(document.createElement('h3')).textContent = title
    if (content)
      box.appendChild(document.createElement('p')).textContent = content
    box.append(...fields)
    for (const { text, value } of buttons) {
      const button = box.appendChild(document.createElement('button'))
      button.textContent = text
      button.onclick = () => {
        if (!isPressed)
          return
        shade.remove()
        resolve(value)
      }
    }
    layer.append(shade)
  })
}

/** A line of text over the page that goes away by itself; `duration` 0: it stays until `hideToast`. `isLoading`: it says to wait. */
export function toast(text, duration, isLoading = false) {
  hideToast()
  const shade = layer.appendChild(document.createElement('div'))
  shade.className = 'toast'
  if (isLoading)
    shade.dataset.loading = 'true'
  shade.appendChild(document.createElement('div')).textContent = text
  if (duration)
    setTimeout(() => shade.remove(), duration)
}

export function hideToast() {
  layer.querySelectorAll('.toast').forEach(element => element.remove())
}

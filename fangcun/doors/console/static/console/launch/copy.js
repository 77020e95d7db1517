// What is entered elsewhere is copied by a press, not by hand.
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  const text = document.getElementById(button.dataset.copy).textContent
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Without https there is no clipboard; what is marked can still be copied by hand.
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy))
    return
  }
  const before = button.textContent
  button.textContent = button.dataset.copied
  setTimeout(() => { button.textContent = before }, 1500)
})

// While a template is edited, the phone's view of it is drawn again.
const PAUSE_MS = 300
const box = document.getElementById('care-live')
const form = document.querySelector('form [name=fields]')?.form

if (box && form) {
  let timer
  let asked = 0
  const ask = async () => {
    const mine = ++asked
    const answer = await fetch(box.dataset.preview, { method: 'POST', body: new FormData(form) })
    if (answer.ok && mine === asked) box.innerHTML = await answer.text()
  }
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE_MS)
  })
  ask()
}

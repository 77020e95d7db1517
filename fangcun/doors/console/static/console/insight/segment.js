// A segment's rule is written row by row; how many it describes is counted while one writes.
import { Answering } from './asking.js'
import { furnish } from './combo.js'
import { prepareRows } from './rows.js'

const PAUSE_MS = 400
const form = document.getElementById('fi-segment')
const box = document.getElementById('fi-preview')

if (box) {
  prepareRows(form)
  furnish(form)
  const answering = new Answering(box)
  const ask = () => {
    const said = new URLSearchParams(new FormData(form))
    for (const name of ['csrfmiddlewaretoken', 'name']) said.delete(name)
    answering.ask(`${form.dataset.preview}?${said}`)
  }
  let timer
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE_MS)
  }
  form.addEventListener('input', later)
  form.addEventListener('change', later)
  form.addEventListener('click', event => event.target.closest('[data-remove], [data-add]') && later())
  ask()
}

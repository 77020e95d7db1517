// A page that asks: its form is the address, the answer is fetched, back and forward work.
import { Answering } from './asking.js'
import { furnish } from './combo.js'
import { prepareRows } from './rows.js'
import './drawers.js'

const form = document.getElementById('fi-form')
const box = document.getElementById('fi-answer')

function prepare() {
  prepareRows(form)
  furnish(form)
}

// The address that the form says; of repeated rows, those without an event are left out and empty values keep their place.
function query() {
  const found = new URLSearchParams()
  for (const one of form.elements) {
    if (!one.name || one.disabled || (one.type === 'radio' || one.type === 'checkbox') && !one.checked) continue
    const row = one.closest('[data-row]')
    if (row && !row.querySelector('[data-leads]').value) continue
    if (!row && !one.value) continue
    if (['from', 'to'].includes(one.name) && !form.querySelector('#fi-custom')?.checked) continue
    found.append(one.name, one.value)
  }
  return found.toString()
}

function forgive() {
  document.getElementById('fi-refused').hidden = true
  form.querySelectorAll('.fi-wrong').forEach(one => one.remove())
  form.querySelectorAll('[aria-invalid]').forEach(one => one.removeAttribute('aria-invalid'))
}

// A refusal stands by the field that it is about.
function refused({ message, field, place }) {
  box.replaceChildren()
  const named = field ? [...form.elements].filter(one => one.name === field) : []
  const wrong = named[place ?? 0]
  if (!wrong) {
    const sign = document.getElementById('fi-refused')
    sign.textContent = message
    sign.hidden = false
    return
  }
  const words = Object.assign(document.createElement('p'), { className: 'fi-wrong', id: 'fi-wrong', textContent: message })
  words.setAttribute('role', 'alert')
  wrong.setAttribute('aria-invalid', 'true')
  wrong.setAttribute('aria-describedby', 'fi-wrong')
  ;(wrong.closest('.fi-field, [data-row]') ?? form).append(words)
  ;(wrong.hidden ? wrong.parentElement.querySelector('[role=combobox]') : wrong).focus()
}

function told() {
  const asked = box.querySelector('[data-query]')?.dataset.query
  if (asked == null) return
  history.replaceState(null, '', asked ? `?${asked}` : location.pathname)
  const csv = document.getElementById('fi-csv')
  csv.href = `${csv.dataset.address}?${asked}`
  const saved = document.querySelector('#fi-save [name=query]')
  if (saved) saved.value = asked
  for (const link of document.querySelectorAll('.fi-ready a')) {
    const theirs = new URL(link.href).searchParams
    const ours = new URL(location.href).searchParams
    const isSame = ['step', 'window', 'key'].every(name => theirs.getAll(name).join() === ours.getAll(name).join()) && !ours.getAll('where').some(Boolean)
    isSame ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current')
  }
}

if (form) {
  const answering = new Answering(box, { refused, answered: told })
  const ask = () => {
    forgive()
    answering.ask(`${form.dataset.answer}?${query()}`)
  }
  form.addEventListener('submit', event => {
    event.preventDefault()
    history.pushState(null, '', `?${query()}`)
    ask()
  })
  form.addEventListener('change', event => {
    if (event.target.matches('[data-now]')) form.requestSubmit()
  })
  addEventListener('popstate', async () => {
    const page = await fetch(location.href).then(answer => answer.text())
    const then = new DOMParser().parseFromString(page, 'text/html').getElementById('fi-form')
    if (!then) return location.reload()
    form.innerHTML = then.innerHTML
    prepare()
    ask()
  })
  prepare()
  ask()
}

for (const tile of document.querySelectorAll('[data-tile]')) new Answering(tile).ask(tile.dataset.tile)

// Help stands over everything, also within a table that scrolls, and never beyond the edge.
document.addEventListener('toggle', ({ target }) => {
  if (!target.matches('.fi-help') || !target.open) return
  const words = target.querySelector('p')
  const { left, bottom } = target.getBoundingClientRect()
  Object.assign(words.style, { position: 'fixed', transform: 'none', top: `${bottom + 6}px` })
  words.style.left = `${Math.max(12, Math.min(left - 24, document.documentElement.clientWidth - words.offsetWidth - 12))}px`
}, true)
addEventListener('scroll', () => document.querySelectorAll('.fi-help[open]').forEach(one => { one.open = false }), { capture: true, passive: true })

// Only one thing is open at a time, and a click elsewhere or Escape closes it.
const pops = '.fi-help, .fi-save, .fi-menu'
document.addEventListener('click', event => {
  for (const one of document.querySelectorAll(`:is(${pops})[open]`)) if (!one.contains(event.target)) one.open = false
})
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return
  for (const one of document.querySelectorAll(`:is(${pops})[open]`)) {
    one.open = false
    one.querySelector('summary').focus()
  }
})

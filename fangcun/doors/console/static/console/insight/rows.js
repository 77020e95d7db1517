// Rows that are added, removed and moved: the steps of a funnel.
import { furnish } from './combo.js'

export function prepareRows(form) {
  for (const list of form.querySelectorAll('[data-rows]')) {
    const most = Number(list.dataset.most)
    const least = Number(list.dataset.least)
    const add = form.querySelector(`[data-add="${list.id}"]`)
    const blank = form.querySelector(`template[data-for="${list.id}"]`)

    const number = () => {
      const rows = [...list.children]
      rows.forEach((row, place) => {
        row.querySelector('[data-number]').textContent = place + 1
        row.querySelector('[data-move="-1"]').disabled = place === 0
        row.querySelector('[data-move="1"]').disabled = place === rows.length - 1
        row.querySelector('[data-remove]').disabled = rows.length <= least
      })
      add.disabled = rows.length >= most
    }
    list.addEventListener('click', event => {
      const button = event.target.closest('button')
      const row = event.target.closest('[data-row]')
      if (!button || !row) return
      if (button.dataset.move) {
        const beside = button.dataset.move < 0 ? row.previousElementSibling : row.nextElementSibling
        button.dataset.move < 0 ? beside?.before(row) : beside?.after(row)
        number()
        button.disabled ? row.querySelector('[data-move]:not(:disabled)')?.focus() : button.focus()
      }
      else if ('remove' in button.dataset) {
        const next = row.nextElementSibling ?? row.previousElementSibling
        row.remove()
        number()
        next?.querySelector('[data-remove]')?.focus()
      }
    })
    add.addEventListener('click', () => {
      list.append(blank.content.cloneNode(true))
      const row = list.lastElementChild
      furnish(row)
      number()
      row.querySelector('[role=combobox], input:not([hidden])').focus()
    })
    number()
  }
}

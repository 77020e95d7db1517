// Comboboxes: an event or property is looked for by its name or its label; what isn't known can be typed too.
let offers = null
let serial = 0

function offered(kind) {
  offers ??= JSON.parse(document.getElementById('fi-offers').textContent)
  return offers[kind]
}

const element = (tag, className, text = '') => Object.assign(document.createElement(tag), { className, textContent: text })

export function furnish(root) {
  for (const input of root.querySelectorAll('input[data-combo]:not([hidden])')) combo(input)
}

function combo(input) {
  const choices = offered(input.dataset.combo)
  const isSingle = 'single' in input.dataset
  const labels = new Map(choices.map(one => [one.name, one.label]))
  const values = () => input.value.split(isSingle ? '\n' : '|').filter(Boolean)

  const frame = element('span', 'fi-combo')
  const type = element('input', 'fi-combo-type')
  const list = element('ul', 'fi-combo-list')
  list.id = `fi-combo-${++serial}`
  list.hidden = true
  list.setAttribute('role', 'listbox')
  const name = input.getAttribute('aria-label') ?? input.labels[0]?.textContent.trim() ?? ''
  for (const [key, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': list.id, 'aria-autocomplete': 'list', 'aria-label': name, autocomplete: 'off', spellcheck: 'false' })) type.setAttribute(key, value)
  list.setAttribute('aria-label', name)
  if (input.id) {
    type.id = input.id
    input.removeAttribute('id')
  }
  input.hidden = true
  input.before(frame)
  frame.append(input, type, list)

  let chosen = -1
  const close = () => {
    list.hidden = true
    chosen = -1
    type.setAttribute('aria-expanded', 'false')
    type.removeAttribute('aria-activedescendant')
  }
  function show() {
    frame.querySelectorAll('.fi-chip').forEach(one => one.remove())
    for (const value of values()) {
      const label = labels.get(value) ?? value
      const chip = element('span', 'fi-chip')
      chip.title = value
      chip.append(element('span', '', label))
      const drop = element('button', '', '×')
      drop.type = 'button'
      drop.setAttribute('aria-label', `${offers.remove} ${label}`)
      drop.addEventListener('click', () => {
        set(values().filter(one => one !== value))
        type.focus()
      })
      chip.append(drop)
      type.before(chip)
    }
    type.hidden = isSingle && values().length > 0
    type.placeholder = values().length ? '' : input.placeholder
  }
  function set(next) {
    input.value = next.join('|')
    show()
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }
  function choose(value) {
    type.value = ''
    close()
    set(isSingle ? [value] : [...new Set([...values(), value])])
    if (!type.hidden) type.focus()
    else frame.querySelector('.fi-chip button').focus()
  }
  function look() {
    const words = type.value.trim().toLowerCase()
    const has = new Set(values())
    const found = choices.filter(one => !has.has(one.name) && (!words || `${one.label} ${one.name} ${one.hint ?? ''}`.toLowerCase().includes(words))).slice(0, 60)
    list.replaceChildren(...found.map((one, number) => {
      const line = element('li', '')
      line.id = `${list.id}-${number}`
      line.dataset.value = one.name
      line.setAttribute('role', 'option')
      line.append(element('span', 'fi-combo-label', one.label), element('code', '', one.name))
      if (one.count) line.append(element('span', 'fi-combo-count', one.count.toLocaleString('en')))
      return line
    }))
    list.hidden = !found.length
    type.setAttribute('aria-expanded', String(!list.hidden))
    mark(words && found.length ? 0 : -1)
  }
  function mark(next) {
    chosen = next
    ;[...list.children].forEach((line, number) => line.setAttribute('aria-selected', String(number === chosen)))
    const line = list.children[chosen]
    if (!line) return type.removeAttribute('aria-activedescendant')
    type.setAttribute('aria-activedescendant', line.id)
    line.scrollIntoView({ block: 'nearest' })
  }
  type.addEventListener('input', look)
  type.addEventListener('focus', look)
  type.addEventListener('click', () => list.hidden && look())
  type.addEventListener('blur', () => {
    close()
    const typed = type.value.trim()
    if (typed) choose(typed)
  })
  type.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      if (list.hidden) look()
      mark(Math.min(Math.max(chosen + step, 0), list.children.length - 1))
    }
    else if (event.key === 'Enter' && (!list.hidden && chosen >= 0 || type.value.trim())) {
      event.preventDefault()
      choose(list.children[chosen]?.dataset.value ?? type.value.trim())
    }
    else if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation()
      close()
    }
    else if (event.key === 'Backspace' && !type.value) set(values().slice(0, -1))
  })
  list.addEventListener('pointerdown', event => {
    event.preventDefault() // the focus stays where one types
    const line = event.target.closest('li')
    if (line) choose(line.dataset.value)
  })
  frame.addEventListener('click', event => event.target === frame && type.focus())
  show()
}

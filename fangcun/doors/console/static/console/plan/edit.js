// What scripts add to the blueprint's forms: rows to add and move, inputs that a choice asks for, a sign for what is
// not saved. Without scripts the same forms work by posting them.
(() => {
  const part = document.querySelector('.fc-sections [aria-current]')
  if (part) part.parentElement.scrollLeft = part.offsetLeft - 40

  const form = document.getElementById('edit-form')
  if (!form) return
  document.documentElement.classList.add('fc-js')

  // Texts grow with what is in them, where the browser's style sheet can't do it.
  const grow = area => {
    if (CSS.supports('field-sizing', 'content')) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight + 2}px`
  }

  // Inputs of a variant are shown when its kind is chosen.
  const named = name => form.querySelector(`[name="${CSS.escape(name)}"]`)
  function showKinds() {
    for (const part of form.querySelectorAll('[data-kinds]')) {
      part.hidden = !JSON.parse(part.dataset.kinds).every(([name, kinds]) => kinds.includes(named(name)?.value))
    }
  }

  // The words of an enumeration are asked for when the type is one.
  function showEnums(root = form) {
    for (const line of root.querySelectorAll('.fc-line')) {
      const words = line.querySelector('.fc-enum')
      if (words) words.style.visibility = line.querySelector('select').value === 'enum' ? '' : 'hidden'
    }
  }

  // A table always has an empty line at its end.
  function spareLine(table) {
    const last = table.querySelector('.fc-line:last-child')
    if (!last.querySelector('input').value) return
    const line = last.cloneNode(true)
    const number = table.children.length
    for (const input of line.querySelectorAll('[name]')) {
      input.name = `${table.dataset.table}.${number}.${input.name.split('.').pop()}`
      input.value = ''
      if (input.tagName === 'SELECT') input.selectedIndex = 0
    }
    table.append(line)
    showEnums(table)
  }

  function prepareRows(card) {
    const prefix = card.dataset.rows
    const list = card.querySelector('.fc-row-list')
    const total = named(`${prefix}-TOTAL_FORMS`)
    const number = () => [...list.children].forEach((row, place) => {
      row.querySelector('.fc-order input').value = place + 1
    })
    for (const row of list.querySelectorAll('.fc-row-new')) {
      const written = [...row.querySelectorAll('.fc-input :is(input, textarea)')].some(input => input.type !== 'checkbox' && input.value)
      if (!written) row.remove() // the button below adds one when it is wanted
    }
    const add = card.querySelector('.fc-add')
    add.hidden = false
    add.addEventListener('click', () => {
      const holder = document.createElement('div')
      holder.innerHTML = card.querySelector('template').innerHTML.replaceAll('__prefix__', total.value)
      const row = holder.firstElementChild
      total.value = Number(total.value) + 1
      list.append(row)
      prepareTools(row)
      row.querySelector('details')?.setAttribute('open', '')
      showKinds()
      showEnums(row)
      number()
      row.querySelector('input')?.focus()
      touched()
    })
    function prepareTools(row) {
      for (const button of row.querySelectorAll('[data-move]')) {
        button.hidden = false
        button.addEventListener('click', () => {
          const beside = Number(button.dataset.move) < 0 ? row.previousElementSibling : row.nextElementSibling
          if (!beside) return
          Number(button.dataset.move) < 0 ? beside.before(row) : beside.after(row)
          number()
          button.focus()
          touched()
        })
      }
    }
    list.querySelectorAll('.fc-row').forEach(prepareTools)
  }

  // Steps that were just typed can be named by what closes the scenario.
  function offerSteps() {
    const list = document.getElementById('known-steps')
    if (!list) return
    const ids = [...form.querySelectorAll('[data-rows="steps"] .fc-row-list input[name$="-id"]')].map(input => input.value).filter(Boolean)
    for (const id of ids) {
      if ([...list.options].some(option => option.value === id)) continue
      list.append(new Option(id, id))
    }
  }

  for (const input of form.querySelectorAll('[data-color]')) {
    const swatch = Object.assign(document.createElement('input'), { type: 'color', className: 'fc-swatch', value: /^#[0-9a-f]{6}$/i.test(input.value) ? input.value : '#ffffff' })
    swatch.setAttribute('aria-hidden', 'true')
    swatch.tabIndex = -1
    const both = document.createElement('span')
    both.className = 'fc-with-swatch'
    input.replaceWith(both)
    both.append(swatch, input)
    swatch.addEventListener('input', () => { input.value = swatch.value.toUpperCase(); touched() })
    input.addEventListener('input', () => { if (/^#[0-9a-f]{6}$/i.test(input.value)) swatch.value = input.value })
  }

  // Nothing typed is left behind by accident.
  let unsaved = Boolean(form.querySelector('.fc-alert'))
  let leaving = false
  const sign = document.getElementById('unsaved')
  function touched() {
    unsaved = true
    if (sign) sign.hidden = false
  }
  if (unsaved) touched()
  form.addEventListener('input', event => {
    touched()
    if (event.target.tagName === 'TEXTAREA') grow(event.target)
    const table = event.target.closest('[data-table]')
    if (table) spareLine(table)
    if (event.target.name?.endsWith('-id')) offerSteps()
  })
  form.addEventListener('change', () => { showKinds(); showEnums() })
  form.addEventListener('submit', () => { leaving = true })
  addEventListener('pageshow', () => { leaving = false })
  addEventListener('beforeunload', event => { if (unsaved && !leaving) event.preventDefault() })
  addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault()
      form.requestSubmit()
    }
  })

  form.querySelectorAll('[data-rows]').forEach(prepareRows)
  form.querySelectorAll('textarea').forEach(grow)
  showKinds()
  showEnums()

  // The input that somebody came for.
  const wanted = form.dataset.at && document.getElementById(`at-${form.dataset.at}`)
  if (wanted) {
    wanted.closest('details')?.setAttribute('open', '')
    wanted.classList.add('fc-here')
    wanted.scrollIntoView({ block: 'center' })
    wanted.querySelector('input:not([type=hidden]), select, textarea')?.focus({ preventScroll: true })
  }
})()

import { isOn, painted } from './builtins.js'
import { picker } from './picker.js'

/** The tags a person types into or chooses with. */
export function defineFields() {
  return { input: text('input'), textarea: text('textarea'), picker, switch: tick('checkbox'), checkbox: tick('checkbox'), radio: tick('radio'), label }
}

const INPUT_MODES = { number: 'numeric', digit: 'decimal', idcard: 'text' }

function text(kind) {
  return (definition) => {
    painted(definition, ['value', 'placeholder', 'disabled', 'maxlength', 'type', 'password', 'focus'], (component) => {
      const { value, placeholder, disabled, maxlength, type, password, focus } = component.data
      const field = component.$$.querySelector(kind) ?? createField(component, kind)
      if (field.value !== String(value ?? ''))
        field.value = value ?? ''
      field.placeholder = placeholder ?? ''
      field.disabled = isOn(disabled)
      field.maxLength = maxlength == null ? 140 : Number(maxlength)
      field.inputMode = INPUT_MODES[type] ?? 'text'
      if (kind === 'input')
        field.type = isOn(password) ? 'password' : 'text'
      component.$$.toggleAttribute('auto-height', isOn(component.data.autoHeight))
      if (isOn(focus))
        queueMicrotask(() => field.focus())
    })
  }
}

function createField(component, kind) {
  const field = component.$$.appendChild(document.createElement(kind))
  const tell = (name, detail) => component.triggerEvent(name, { value: field.value, ...detail })
  field.addEventListener('input', (event) => {
    event.stopPropagation() // the engine would pass the browser's own event on, without a value
    component.data.value = field.value
    tell('input', { cursor: field.selectionStart, keyCode: 0 })
  })
  field.addEventListener('change', event => event.stopPropagation())
  field.addEventListener('focus', () => tell('focus', { height: 0 }))
  field.addEventListener('blur', () => tell('blur', { cursor: field.selectionStart }))
  field.addEventListener('keydown', event => event.key === 'Enter' && kind === 'input' && tell('confirm'))
  return field
}

function tick(kind) {
  return (definition) => {
    painted(definition, ['checked', 'disabled'], (component) => {
      const { checked, disabled } = component.data
      let box = component.$$.querySelector('input')
      if (!box) {
        box = component.$$.appendChild(document.createElement('input'))
        box.type = kind
        box.addEventListener('change', (event) => {
          event.stopPropagation()
          changed(component, box)
        })
      }
      box.checked = isOn(checked)
      box.disabled = isOn(disabled)
    })
  }
}

function changed(component, box) {
  component.data.checked = box.checked
  const group = component.$$.closest('wx-checkbox-group, wx-radio-group')
  if (!group)
    return component.triggerEvent('change', { value: box.checked })
  const chosen = Array.from(group.querySelectorAll('input:checked'), input => input.parentElement.__wxElement.data.value)
  group.__wxElement.triggerEvent('change', { value: group.matches('wx-radio-group') ? component.data.value : chosen })
}

function label(definition) {
  definition.lifetime('attached', function () {
    this.addListener('tap', (event) => {
      const named = this.data.for && document.getElementById(this.data.for)
      const box = (named ?? this.$$).querySelector('input')
      if (box && event.getOriginalEvent()?.target !== box)
        box.click()
    })
  })
}

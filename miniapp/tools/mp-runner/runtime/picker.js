import { isOn } from './builtins.js'
import { ask } from './dialogs.js'

const FIELDS = ['date', 'time']

/** <picker>: a dialog with one list for each column, or the browser's own field for dates and times. */
export function picker(definition) {
  let opened = null // one dialog at a time: { component, lists }
  definition.observer('range', function () {
    if (opened?.component === this)
      fill(opened.lists, this.data)
  })
  definition.lifetime('attached', function () {
    this.addListener('tap', async () => {
      if (isOn(this.data.disabled) || opened)
        return
      opened = { component: this, lists: FIELDS.includes(this.data.mode) ? [field(this.data)] : columns(this) }
      const { lists } = opened
      const confirmed = await ask({ fields: lists, buttons: [{ text: '确定', value: true }, { text: '取消', value: false }] })
      opened = null
      if (confirmed)
        this.triggerEvent('change', { value: valueOf(this.data.mode, lists) })
      else
        this.triggerEvent('cancel', {})
    })
  })
}

/** A region's columns hold what is chosen and the province that most examples name; there is no atlas here. */
function rangeOf({ mode, range, value }) {
  if (mode === 'region')
    return [0, 1, 2].map(column => [...new Set([value?.[column], ['广东省', '广州市', '海珠区'][column]])].filter(Boolean))
  return range ?? []
}

const isMulti = mode => mode === 'multiSelector' || mode === 'region'

function columns(component) {
  const { mode } = component.data
  const range = rangeOf(component.data)
  const lists = (isMulti(mode) ? range : [range]).map((_, column) => {
    const list = document.createElement('select')
    list.addEventListener('change', () => component.triggerEvent('columnchange', { column, value: list.selectedIndex }))
    return list
  })
  fill(lists, component.data)
  return lists
}

/** A column whose options follow from another's is filled again when they change; what was chosen stays where it can. */
function fill(lists, data) {
  const { mode, rangeKey, value } = data
  const range = rangeOf(data)
  lists.forEach((list, column) => {
    const texts = ((isMulti(mode) ? range[column] : range) ?? []).map(option => String(rangeKey ? option[rangeKey] : option))
    if (texts.join('\n') === Array.from(list.options, option => option.text).join('\n'))
      return
    list.replaceChildren(...texts.map(text => new Option(text)))
    list.selectedIndex = Number(isMulti(mode) ? value?.[column] : value) || 0
  })
}

function field({ mode, value, start, end }) {
  return Object.assign(document.createElement('input'), { type: mode, value: value ?? '', min: start ?? '', max: end ?? '' })
}

function valueOf(mode, lists) {
  if (FIELDS.includes(mode))
    return lists[0].value
  if (mode === 'region')
    return lists.map(list => list.value)
  return mode === 'multiSelector' ? lists.map(list => list.selectedIndex) : lists[0].selectedIndex
}

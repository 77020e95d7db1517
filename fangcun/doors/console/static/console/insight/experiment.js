// The plan of an experiment: variants and metrics are rows.
import { furnish } from './combo.js'
import { prepareRows } from './rows.js'

const form = document.getElementById('fi-experiment')
prepareRows(form)
furnish(form)

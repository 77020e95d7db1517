// The steps of an automation are rows; which fields a row shows says the stylesheet.
import { prepareRows } from '../insight/rows.js'

prepareRows(document.getElementById('care-automation'))

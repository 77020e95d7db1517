// What can be drawn, one file for each kind of question.
import './draw-bars.js'
import './draw-funnel.js'
import './draw-lines.js'
import './draw-paths.js'
import './draw-retention.js'
import './draw-sharing.js'

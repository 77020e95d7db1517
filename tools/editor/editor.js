// What the console's plan pages use of CodeMirror 6; `build.mjs` makes one file of it.
export { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
export { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
export { yaml } from '@codemirror/lang-yaml'
export {
  bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting,
} from '@codemirror/language'
export { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
export { unifiedMergeView } from '@codemirror/merge'
export { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
export { Compartment, EditorState } from '@codemirror/state'
export {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from '@codemirror/view'
export { tags } from '@lezer/highlight'

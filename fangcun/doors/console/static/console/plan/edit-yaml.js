// The text of a draft: coloured, checked while one types, saved by itself. Without scripts it is a textarea that posts.
(() => {
  const area = document.getElementById('yaml-text')
  if (!area || !window.CodeMirror) return
  const {
    autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, Compartment, completionKeymap, defaultKeymap,
    drawSelection, EditorState, EditorView, foldGutter, foldKeymap, HighlightStyle, highlightActiveLine,
    highlightActiveLineGutter, highlightSelectionMatches, history, historyKeymap, indentOnInput, indentUnit,
    indentWithTab, keymap, lineNumbers, lintGutter, lintKeymap, searchKeymap, setDiagnostics, syntaxHighlighting, tags,
    unifiedMergeView, yaml,
  } = CodeMirror
  const setup = JSON.parse(document.getElementById('yaml-setup').textContent)
  const words = setup.words
  const form = document.getElementById('yaml-form')
  const state = document.getElementById('yaml-state')
  const shown = document.getElementById('yaml-findings')
  const token = form.querySelector('[name=csrfmiddlewaretoken]').value
  const version = form.querySelector('[name=version]')

  const theme = EditorView.theme({
    '&': { fontSize: '13px', color: 'var(--fc-strong)', backgroundColor: 'var(--fc-ground)' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace', lineHeight: '1.65' },
    '.cm-content': { caretColor: 'var(--fc-strong)', paddingBottom: '40vh' },
    '.cm-cursor': { borderLeftColor: 'var(--fc-strong)' },
    '.cm-gutters': { backgroundColor: 'var(--fc-soft)', color: 'var(--fc-dim)', borderRight: '1px solid var(--fc-line)' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--fc-brand) 8%, transparent)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--fc-brand) 28%, transparent)' },
    '.cm-panels, .cm-tooltip': { backgroundColor: 'var(--fc-ground)', color: 'var(--fc-text)', borderColor: 'var(--fc-line)' },
    '.cm-panel input, .cm-panel button': { border: '1px solid var(--fc-line)', borderRadius: '6px', backgroundImage: 'none', backgroundColor: 'var(--fc-soft)', color: 'var(--fc-strong)', padding: '3px 8px' },
    '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--fc-brand)', color: '#fff' },
    '.cm-completionDetail': { fontStyle: 'normal', opacity: 0.7 },
    '.cm-diagnostic': { whiteSpace: 'pre-wrap', maxWidth: '460px', lineHeight: '1.5' },
    '.cm-deletedChunk': { backgroundColor: 'var(--fc-bad-soft)' },
    '.cm-changedLine': { backgroundColor: 'var(--fc-good-soft) !important' },
  })
  const colours = HighlightStyle.define([
    { tag: tags.propertyName, color: 'var(--fc-brand)', fontWeight: '500' },
    { tag: [tags.definition(tags.propertyName)], color: 'var(--fc-brand)', fontWeight: '500' },
    { tag: tags.comment, color: 'var(--fc-dim)', fontStyle: 'italic' },
    { tag: tags.string, color: 'var(--fc-warn)' },
    { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: 'var(--fc-dim)' },
    { tag: [tags.keyword, tags.labelName, tags.meta], color: 'var(--fc-bad)' },
  ])
  const merging = new Compartment()

  const view = new EditorView({
    doc: area.value,
    parent: area.parentElement,
    extensions: [
      lineNumbers(), foldGutter(), lintGutter(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(),
      history(), indentOnInput(), bracketMatching(), closeBrackets(), highlightSelectionMatches(),
      indentUnit.of('  '), EditorState.tabSize.of(2), yaml(), syntaxHighlighting(colours), theme,
      autocompletion({ override: [complete], icons: false }), EditorState.phrases.of(setup.phrases), merging.of([]),
      EditorView.contentAttributes.of({ 'aria-label': 'YAML' }), EditorView.lineWrapping,
      keymap.of([
        { key: 'Mod-s', preventDefault: true, run: () => { save(true); return true } },
        ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
        ...defaultKeymap, indentWithTab,
      ]),
      EditorView.updateListener.of(update => { if (update.docChanged) changed() }),
    ],
  })
  area.hidden = true
  const text = () => view.state.doc.toString()

  // Saving ------------------------------------------------------------------------------------------------------

  let saved = form.dataset.unsaved ? null : text()
  let saving = null
  let timer = 0
  let refused = Boolean(form.dataset.unsaved)

  function tell(words, tone = 'dim') {
    state.className = `fc-${tone === 'dim' ? 'dim' : `told fc-told-${tone}`}`
    state.textContent = words
  }

  function changed() {
    area.value = text()
    if (text() !== saved) tell(words.unsaved)
    clearTimeout(timer)
    if (!refused) timer = setTimeout(() => save(), 1500)
    clearTimeout(checking)
    checking = setTimeout(check, 300)
  }

  async function save(byHand = false) {
    clearTimeout(timer)
    if (saving) { await saving; return save(byHand) }
    const wanted = text()
    if (wanted === saved) { if (byHand) tell(words.saved); return }
    if (refused && !byHand) return
    tell(words.saving)
    saving = post(setup.save, { text: wanted, version: version.value })
    let answer
    try { answer = await saving }
    catch { answer = null }
    finally { saving = null }
    if (answer?.status === 200) {
      const { version: newer, saved: when } = await answer.json()
      version.value = newer
      saved = wanted
      refused = false
      document.getElementById('saved-words').textContent = when
      tell(text() === saved ? words.saved : words.unsaved)
    }
    else if (answer?.status === 409) {
      clash(await answer.json())
    }
    else {
      tell(answer ? (await answer.json().catch(() => ({}))).problem ?? words.failed : words.offline, 'error')
      timer = setTimeout(() => save(), 10000)
    }
  }

  function post(address, body) {
    return fetch(address, {
      method: 'POST',
      headers: { 'X-CSRFToken': token, Accept: 'application/json' },
      body: new URLSearchParams(body),
    })
  }

  // A colleague saved first: both texts are kept, and one says which holds.
  function clash({ text: theirs, version: newer, problem }) {
    refused = true
    tell(problem, 'error')
    const choice = document.createElement('span')
    choice.className = 'fc-choice'
    const offer = (label, act) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', className: 'fc-button fc-plain', textContent: label })
      button.addEventListener('click', () => { choice.remove(); act() })
      choice.append(button)
    }
    offer(words.compare, () => {
      version.value = newer
      view.dispatch({ effects: merging.reconfigure(unifiedMergeView({ original: theirs })) })
      tell(words.comparing, 'warning')
    })
    offer(words.mine, () => { version.value = newer; save(true) })
    offer(words.theirs, () => {
      version.value = newer
      saved = theirs
      refused = false
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: theirs } })
      tell(words.undoable)
    })
    state.after(choice)
  }

  form.addEventListener('submit', event => {
    event.preventDefault()
    view.dispatch({ effects: merging.reconfigure([]) })
    save(true)
  })
  addEventListener('beforeunload', event => { if (text() !== saved) event.preventDefault() })

  // Checking ----------------------------------------------------------------------------------------------------

  let checking = 0
  let asked = 0

  async function check() {
    const mine = ++asked
    let found
    try {
      const answer = await post(setup.check, { text: text() })
      if (!answer.ok) return
      found = await answer.json()
    }
    catch { return }
    if (mine !== asked) return
    draw(found)
  }

  function draw(found) {
    const { doc } = view.state
    view.dispatch(setDiagnostics(view.state, found.map(finding => {
      const line = doc.line(Math.min(Math.max(finding.line, 1), doc.lines))
      const from = Math.min(line.from + finding.column - 1, line.to)
      const word = doc.sliceString(from, line.to).match(/^("[^"]*"|'[^']*'|\{[^}]*\}|\[[^\]]*\]|[^,#{}[\]]*[^\s,#{}[\]])/)?.[0].length ?? 0
      return { from, to: word ? from + word : line.to, severity: finding.severity, message: [finding.message, finding.fix].filter(Boolean).join('\n') }
    })))
    for (const severity of ['error', 'warning']) {
      const count = found.filter(finding => finding.severity === severity).length
      const place = document.querySelector(`[data-count=${severity}]`)
      place.textContent = count
      place.parentElement.className = `fc-badge fc-${count ? { error: 'bad', warning: 'warn' }[severity] : { error: 'good', warning: 'quiet' }[severity]}`
    }
    const list = document.createElement('ol')
    list.className = 'fc-finding-list'
    for (const finding of found.slice(0, 200)) {
      const part = (name, said, kind = '') => Object.assign(document.createElement(name), { textContent: said, className: kind })
      const link = Object.assign(document.createElement('a'), { href: `#L${finding.line}` })
      const told = document.createElement('span')
      told.append(finding.message, ...(finding.fix ? [part('span', finding.fix, 'fc-fix')] : []), part('code', finding.path || 'YAML'))
      link.append(part('span', words.line.replace('%s', finding.line), 'fc-line-number'), told)
      link.addEventListener('click', event => { event.preventDefault(); jump(finding.line, finding.column) })
      const entry = part('li', '', `fc-told-${finding.severity}`)
      entry.append(link)
      list.append(entry)
    }
    shown.replaceChildren(found.length ? list : Object.assign(document.createElement('p'), { className: 'fc-empty', textContent: words.clean }))
  }

  function jump(number, column = 1) {
    const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines))
    view.dispatch({ selection: { anchor: Math.min(line.from + column - 1, line.to) }, effects: EditorView.scrollIntoView(line.from, { y: 'center' }) })
    view.focus()
  }

  // Completing --------------------------------------------------------------------------------------------------

  const POINTS = {
    page: 'pages', start: 'pages', leads_to: 'pages', publish_page: 'pages', show_page: 'pages', serves: 'goals',
    scenario: 'scenarios', scenarios: 'scenarios', owner: 'team', feature: 'features', pain: 'enterprise',
    event: 'events', jumps_to: 'programs', program: 'programs', closes_with: 'scenarios', after: 'scenarios',
  }
  let schema = null
  fetch(setup.schema).then(answer => answer.json()).then(read => { schema = read })

  // The start of a line: how deep its key stands, whether it begins an entry of a list, and the key.
  function begin(line) {
    const [, indent, dash, key] = line.match(/^( *)((?:- +)?)(?:([\w-]+):(?:\s|$))?/)
    return { indent: indent.length, isEntry: Boolean(dash), column: indent.length + dash.length, key }
  }

  function around(doc, number, column, isEntry, indent) {
    const path = []
    let [need, entryAt] = [column, isEntry ? indent : -1]
    for (let above = number - 1; above > 0 && need > 0; above--) {
      const line = doc.line(above).text
      if (/^\s*(#|$)/.test(line)) continue
      const found = begin(line)
      if (entryAt < 0 && found.isEntry && found.column === need) entryAt = found.indent
      else if (found.key && found.column < need && (entryAt < 0 || found.column <= entryAt)) {
        if (entryAt >= 0) path.unshift('[]')
        path.unshift(found.key)
        need = found.column
        entryAt = found.isEntry ? found.indent : -1
      }
    }
    return path
  }

  function pathAt(doc, position) {
    const line = doc.lineAt(position)
    const before = line.text.slice(0, position - line.from)
    const { indent, isEntry, column, key } = begin(before)
    const path = around(doc, line.number, column, isEntry, indent)
    if (isEntry || /^ *-/.test(line.text)) path.push('[]')
    let rest = before.slice(column)
    const stack = []
    let last = null
    for (const found of rest.matchAll(/"[^"]*"?|'[^']*'?|([\w-]+):(?=\s|$)|[{}[\],]/g)) {
      if (found[1]) last = found[1]
      else if (found[0] === '{' || found[0] === '[') { stack.push({ mark: found[0], key: last }); last = null }
      else if (found[0] === '}' || found[0] === ']') last = stack.pop()?.key ?? null
      else if (found[0] === ',' && stack.at(-1)?.mark !== '[') last = null
    }
    for (const { mark, key: name } of stack) {
      if (name) path.push(name)
      if (mark === '[') path.push('[]')
    }
    const flowing = stack.length > 0
    const open = flowing ? last : key
    return { path, key: stack.at(-1)?.mark === '[' ? null : open, inList: stack.at(-1)?.mark === '[' }
  }

  const follow = node => node?.$ref ? follow(schema.schema.$defs[node.$ref.split('/').pop()]) : node
  function variants(node) {
    node = follow(node)
    return node ? [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(variants)] : []
  }
  function within(path) {
    let nodes = variants(schema.schema)
    for (const part of path) {
      nodes = nodes.flatMap(node => part === '[]' ? [node.items, node.prefixItems?.[0]] : [node.properties?.[part] ?? node.additionalProperties])
        .filter(node => node && node !== true).flatMap(variants)
    }
    return nodes
  }

  function names(section) {
    const found = new Set()
    let top = ''
    for (const line of view.state.doc.iterLines()) {
      top = line.match(/^([\w-]+):/)?.[1] ?? top
      if (section === 'events') for (const [, name] of line.matchAll(/\bevent: *([a-z0-9_]+)/g)) found.add(name)
      else if (top === section && section === 'pages') { const name = line.match(/^ {2}([a-z0-9_]+):/)?.[1]; if (name) found.add(name) }
      else if (top === section) for (const [, name] of line.matchAll(/\bid: *([a-z0-9_]+)/g)) found.add(name)
    }
    return [...found]
  }

  function complete(context) {
    if (!schema) return null
    const word = context.matchBefore(/[\w-]*/)
    const { path, key, inList } = pathAt(view.state.doc, word.from)
    if (!context.explicit && word.from === word.to) return null
    const name = key ?? (inList ? path.at(-2) : null)
    const options = []
    if (key || inList) {
      const nodes = within(key ? [...path, key] : path)
      const values = nodes.flatMap(node => [...(node.enum ?? []), ...(node.const !== undefined ? [node.const] : []), ...(node.type === 'boolean' ? ['true', 'false'] : [])])
      options.push(...[...new Set(values)].map(value => ({ label: String(value), detail: schema.words[value], type: 'enum' })))
      const section = POINTS[name]
      if (section) options.push(...names(section).map(label => ({ label, type: 'variable' })))
      if (path.at(-1) === 'props' || name === 'props') options.push(...schema.types.map(label => ({ label, type: 'type' })))
    }
    else {
      const nodes = within(path)
      const keys = new Map(nodes.flatMap(node => Object.keys(node.properties ?? {}).map(own => [own, node.required?.includes(own)])))
      options.push(...[...keys].map(([label, needed]) => ({
        label, detail: schema.labels[label], type: 'property', apply: `${label}: `, boost: needed ? 1 : 0,
      })))
    }
    return options.length ? { from: word.from, options, validFor: /^[\w-]*$/ } : null
  }

  if (setup.line) jump(setup.line)
  if (saved === null) tell(words.unsaved, 'warning')
  draw(setup.findings)
})()

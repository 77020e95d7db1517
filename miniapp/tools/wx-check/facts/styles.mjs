import postcss from 'postcss'

const WANTED = /^(?:font-size|font|width|height|min-height|min-width|line-height|padding(?:-.*)?|margin(?:-.*)?|color|background(?:-color|-image)?|display|visibility|opacity|position|pointer-events|transform|zoom)$/

/** The rules of one WXSS file that say something about size and colour: [{selectors, line, decls}], and the sheets that it imports. */
export function readStyles(text) {
  let sheet
  try {
    sheet = postcss.parse(text)
  }
  catch (error) {
    return { rules: [], imports: [], error: String(error.reason ?? error.message).slice(0, 200) }
  }
  const rules = []
  const imports = []
  sheet.walkAtRules('import', (rule) => {
    const found = /["']([^"']+)["']/.exec(rule.params)
    if (found)
      imports.push(found[1])
  })
  sheet.walkRules((rule) => {
    if (/^@?(?:-\w+-)?keyframes$/.test(rule.parent.name ?? ''))
      return
    const decls = {}
    for (const node of rule.nodes) {
      if (node.type === 'decl' && WANTED.test(node.prop))
        decls[node.prop] = node.value.slice(0, 200)
    }
    if (Object.keys(decls).length)
      rules.push({ selectors: rule.selectors, line: rule.source.start.line, decls })
  })
  return { rules, imports }
}

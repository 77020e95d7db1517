/** <canvas>: the browser's own, handed out to who asks a selector query for the node. */
export function canvas(definition) {
  definition.lifetime('attached', function () {
    const drawn = this.$$.appendChild(document.createElement('canvas'))
    Object.assign(drawn, {
      createImage: () => new Image(),
      createPath2D: path => new Path2D(path),
      requestAnimationFrame: callback => requestAnimationFrame(callback),
      cancelAnimationFrame: id => cancelAnimationFrame(id),
    })
    this.getContext = done => done(drawn)
  })
}

/** Selector queries also answer `node`, which the engine leaves to its host. */
export function answerNodes(page) {
  const nodes = Object.getPrototypeOf(page.createSelectorQuery().select('page'))
  if (nodes.node)
    return
  const { fields } = nodes
  nodes.fields = function (wanted, callback) {
    return fields.call(this, wanted.node ? { ...wanted, context: true } : wanted, (found) => {
      for (const one of wanted.node ? [found].flat().filter(Boolean) : [])
        one.node = one.context
      callback?.(found)
    })
  }
  nodes.node = function (callback) {
    return this.fields({ node: true }, callback)
  }
}

// Signs that say to wait, and waiting until nothing more follows by itself.
/** Every sign now on the screen that says to wait; each is a short name. */
function signs() {
  const found = []
  const layer = [...document.querySelectorAll('#layer .toast')].find(one => one.dataset.loading)
  if (layer)
    found.push(`wx.showLoading ${words(layer)}`.trim())
  if (document.getElementById('navigation').hasAttribute('data-loading'))
    found.push('wx.showNavigationBarLoading')
  const shown = page()
  if (!shown)
    return found
  const turning = [...shown.querySelectorAll('*')].filter((one) => {
    const isNamed = SIGN.test(one.getAttribute('class') ?? '') || one.matches('wx-button[loading]')
    const isSaid = one.childElementCount === 0 && one.textContent.length < 16 && SIGN_WORDS.test(one.textContent.trim())
    if (!isNamed && !isSaid || !isVisible(one) || box(one).top > innerHeight || box(one).bottom < 0)
      return false
    return isSaid || SIGN_WORDS.test(words(one)) || one.getAnimations({ subtree: true }).some(({ effect }) => effect?.getTiming().iterations === Infinity)
  })
  const outer = turning.filter(one => !turning.some(other => other !== one && (other.contains(one) || other.parentElement === one.parentElement && [...other.parentElement.children].indexOf(other) < [...one.parentElement.children].indexOf(one))))
  return found.concat(outer.map(one => `${one.tagName.toLowerCase().replace('wx-', '')}.${classOf(one)[0] ?? ''} ${words(one).slice(0, 20)}`.trim()))
}

let isLooking = false
new MutationObserver((records) => {
  mutations += records.filter(({ target, attributeName }) => !(attributeName === 'class' && /hover/.test(target.getAttribute?.('class') ?? ''))).length
  if (isLooking)
    return
  isLooking = true
  requestAnimationFrame(() => {
    isLooking = false
    const now = MP()?.pages?.current ? signs() : []
    if (now.length > loadingSigns.length)
      loadingSigns = now
  })
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })

const frame = () => new Promise(resolve => requestAnimationFrame(() => resolve()))
const wait = time => new Promise(resolve => setTimeout(resolve, time))

/** Waits until nothing more follows by itself: no request, no timer of the package, no animation that ends. At most `most` ms. */
async function settle(most, soon) {
  const end = performance.now() + most
  let still = 0
  let seen = -1
  while (performance.now() < end && still < 2) {
    await frame()
    await wait(10)
    const { journal } = MP()
    const due = [...journal.timers.values()].some(time => time - performance.now() < soon)
    const moves = document.getAnimations().some(({ effect, playState }) => playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime) && effect.getComputedTiming().endTime < 1000)
    const now = mutations + journal.entries.length + journal.changes
    still = journal.waiting === 0 && !due && !moves && now === seen ? still + 1 : 0
    seen = now
  }
  return performance.now() < end
}

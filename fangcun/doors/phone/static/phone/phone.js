'use strict'

const PHONE_WIDTH = 600
const FRAME_HEIGHT = 872
const ASK_MS = 2000
/** What the mini program keeps in this browser, and what this page keeps about it. */
const THEIRS = 'fangcun.'
const OURS = 'demo-phone.'
const FIRST_PERSON = '小方'

const frame = document.querySelector('iframe')
const screenBox = document.querySelector('.screen')
const { appid, box } = document.body.dataset
let person = FIRST_PERSON
let lastShown = null

if (matchMedia(`(max-width: ${PHONE_WIDTH}px)`).matches) {
  location.replace(`/h5/${location.search}${location.hash}`)
}
else {
  fit()
  addEventListener('resize', fit)
  tick()
  setInterval(tick, 1000)
  listen()
  hold(new URLSearchParams(location.search).get('user') || localStorage.getItem(`${OURS}person`) || FIRST_PERSON)
  readInbox()
  setInterval(readInbox, ASK_MS)
}

function fit() {
  const room = Math.min((innerHeight - 28) / FRAME_HEIGHT, (innerWidth - 24) / 418, 1)
  document.documentElement.style.setProperty('--scale', Math.max(room, 0.5))
}

function tick() {
  document.querySelector('.status time').textContent = new Date().toLocaleTimeString('zh-CN', { hour: 'numeric', minute: '2-digit', hour12: false })
}

function listen() {
  document.querySelectorAll('[data-person]').forEach(button => button.addEventListener('click', () => hold(button.dataset.person)))
  document.querySelector('.other').addEventListener('submit', (event) => {
    event.preventDefault()
    const name = event.target.person.value.trim()
    if (name)
      hold(name)
  })
  const doing = { home: () => enter(), again: () => frame.contentWindow.location.reload(), fresh: forget }
  document.querySelectorAll('[data-do]').forEach(button => button.addEventListener('click', doing[button.dataset.do]))
  frame.addEventListener('load', watchColours)
}

/** Gives the phone to this person: everyone has a storage of their own, as on phones of their own. */
async function hold(name) {
  await close()
  const before = localStorage.getItem(`${OURS}person`) ?? FIRST_PERSON
  if (before !== name) {
    localStorage.setItem(`${OURS}of.${before}`, JSON.stringify(takeOut()))
    for (const [key, value] of Object.entries(JSON.parse(localStorage.getItem(`${OURS}of.${name}`) ?? '{}')))
      localStorage.setItem(key, value)
    localStorage.removeItem(`${OURS}of.${name}`)
  }
  localStorage.setItem(`${OURS}person`, name)
  person = name
  const buttons = Array.from(document.querySelectorAll('[data-person]'))
  buttons.forEach(button => button.setAttribute('aria-pressed', String(button.dataset.person === name)))
  document.querySelector('#other').value = buttons.some(button => button.dataset.person === name) ? '' : name
  history.replaceState(null, '', name === FIRST_PERSON ? location.pathname : `?user=${encodeURIComponent(name)}`)
  lastShown = null
  open()
  readInbox()
}

/** Empties this person's phone. */
async function forget() {
  await close()
  takeOut()
  open()
}

function takeOut() {
  const taken = {}
  for (const key of Object.keys(localStorage).filter(key => key.startsWith(THEIRS))) {
    taken[key] = localStorage.getItem(key)
    localStorage.removeItem(key)
  }
  return taken
}

/** Enters the mini program anew, on its home page or on the page a message leads to. */
async function enter(page) {
  await close()
  open(page)
}

function open(page = '') {
  frame.src = `/h5/?user=${encodeURIComponent(person)}#/${page.replace(/^\//, '')}`
}

/** The page inside has stopped, and has written what it wanted to keep, when this resolves. */
function close() {
  return new Promise((resolve) => {
    if (!frame.getAttribute('src'))
      return resolve()
    frame.addEventListener('load', resolve, { once: true })
    frame.src = 'about:blank'
  })
}

/** The status bar and the strip below take the colours of the page between them. */
function watchColours() {
  const inside = frame.contentDocument
  if (!inside || inside.URL === 'about:blank')
    return
  let due = false
  const look = () => {
    due = false
    const bar = colourAt(inside, 3, 3)
    screenBox.style.setProperty('--bar', bar)
    screenBox.style.setProperty('--ink', isDark(bar) ? '#fff' : '#000')
    screenBox.style.setProperty('--floor', colourAt(inside, 3, inside.documentElement.clientHeight - 3))
    screenBox.classList.toggle('dark', isDark(bar))
  }
  const soon = () => {
    if (due)
      return
    due = true
    setTimeout(look, 80)
  }
  new MutationObserver(soon).observe(inside.documentElement, { subtree: true, childList: true, attributeFilter: ['style', 'class', 'hidden'] })
  inside.defaultView.addEventListener('hashchange', soon)
  soon()
}

/** What shows at a point: translucent layers, such as the shade under a dialog, over the first opaque one. */
function colourAt(inside, x, y) {
  const layers = []
  for (const element of inside.elementsFromPoint(x, y)) {
    const [red, green, blue, alpha = 1] = inside.defaultView.getComputedStyle(element).backgroundColor.match(/[\d.]+/g).map(Number)
    layers.push({ rgb: [red, green, blue], alpha })
    if (alpha === 1)
      break
  }
  const mixed = layers.reduceRight((below, { rgb, alpha }) => below.map((value, i) => rgb[i] * alpha + value * (1 - alpha)), [255, 255, 255])
  return `rgb(${mixed.map(Math.round).join(', ')})`
}

function isDark(colour) {
  const [red, green, blue] = colour.match(/\d+/g).map(Number)
  return 0.299 * red + 0.587 * green + 0.114 * blue < 150
}

async function readInbox() {
  if (!box || document.hidden)
    return
  const asked = person
  let messages
  try {
    const answer = await fetch(`${box}/_box/inbox?${new URLSearchParams({ user: asked, appid })}`)
    if (!answer.ok)
      throw new Error(`HTTP ${answer.status}`)
    messages = (await answer.json()).messages
  }
  catch {
    messages = null
  }
  if (asked === person)
    show(messages)
}

function show(messages) {
  const state = JSON.stringify(messages?.map(message => message.id) ?? 'unreachable')
  if (state === lastShown)
    return
  const known = new Set(lastShown?.startsWith('[') ? JSON.parse(lastShown) : messages?.map(message => message.id))
  lastShown = state
  document.querySelector('.count').textContent = messages?.length ?? 0
  const list = document.querySelector('.messages')
  if (!messages?.length)
    list.replaceChildren(element('p', { className: 'nothing', textContent: messages ? `${person}还没有收到消息。支付成功，或同意订阅后发货，消息会出现在这里。` : '现在连不上 wechatbox，连上后会自动显示。' }))
  else
    list.replaceChildren(...messages.map(message => card(message, !known.has(message.id))))
}

function card(message, isNew) {
  const article = element('article', { className: isNew ? 'new' : '' })
  const sent = element('time', {
    dateTime: message.sent_at,
    textContent: new Date(message.sent_at).toLocaleString('zh-CN', { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' }),
  })
  const header = element('header')
  header.append(element('b', { textContent: message.kind === 'payment' ? '微信支付' : '服务通知' }), sent)
  const lines = element('dl')
  for (const [key, field] of Object.entries(message.data))
    lines.append(element('dt', { textContent: message.labels[key] ?? key }), element('dd', { textContent: field.value }))
  article.append(header, element('h3', { textContent: message.title }), lines)
  if (message.page)
    article.append(element('button', { type: 'button', textContent: '进入小程序查看', onclick: () => enter(message.page) }))
  return article
}

function element(tag, facts = {}) {
  return Object.assign(document.createElement(tag), facts)
}

import { answerNodes } from './canvas.js'
import { channel } from './channel.js'
import { drawFrame } from './frame.js'

const MOST_PAGES = 10

/** The stack of open pages and the ways between them. */
export class Pages {
  stack = []
  badges = new Map()
  tabTexts = new Map()
  noTabBar = false
  /** Set by the loader: makes a page's component known to the engine. */
  register = () => {}
  #host = document.getElementById('pages')
  #opened = 0

  constructor({ json }, engine, journal) {
    this.app = json.app
    this.json = json
    this.engine = engine
    this.journal = journal
    const packages = this.app.subPackages ?? this.app.subpackages ?? []
    this.all = [...this.app.pages ?? [], ...packages.flatMap(({ root, pages }) => pages.map(page => `${root.replace(/^\/|\/$/g, '')}/${page}`))]
    this.start = (this.app.entryPagePath ?? this.all[0]).replace(/^\/|\.html$/g, '')
    this.tabs = (this.app.tabBar?.list ?? []).map(tab => tab.pagePath.replace(/^\//, ''))
  }

  get current() {
    return this.stack[this.stack.length - 1]
  }

  /** `mode`: push, replace, tab or relaunch. Throws WeChat's message when the way is not open. */
  open(url, mode, events) {
    const [name, query = ''] = String(url ?? '').split('?')
    const path = decodeURI(new URL(name, `http://x/${this.current?.path ?? ''}`).pathname.slice(1)).replace(/\.html$/, '')
    const isTab = this.tabs.includes(path)
    if (!this.all.includes(path))
      throw new Error(`page "${path}" is not found`)
    if ((mode === 'push' || mode === 'replace') && isTab)
      throw new Error('can not navigateTo a tabbar page')
    if (mode === 'tab' && !isTab)
      throw new Error('can not switch to no-tabBar page')
    if (mode === 'push' && this.stack.length >= MOST_PAGES)
      throw new Error('page limit exceeded')
    this.journal.note('page', path, { mode, query })
    const opener = mode === 'push' ? channel(events) : undefined
    if (mode === 'tab') {
      this.#switchTab(path)
    }
    else {
      if (mode === 'push')
        this.#sleep(this.current)
      else if (mode === 'replace')
        this.#drop()
      else
        this.#dropAll()
      this.#create(path, queryOf(query), opener)
    }
    this.redraw()
    return opener && { eventChannel: opener }
  }

  /** Calls what the page says for a moment of its life. */
  tell({ page }, moment, ...values) {
    return this.journal.guard(() => page[moment]?.(...values))
  }

  back(delta = 1) {
    if (this.stack.length < 2)
      throw new Error('cannot navigate back at first page')
    this.journal.note('page', this.stack[Math.max(0, this.stack.length - 1 - delta)].path, { mode: 'back' })
    for (let step = 0; step < delta && this.stack.length > 1; step++)
      this.#drop()
    this.#show(this.current)
    this.redraw()
  }

  redraw() {
    drawFrame(this)
  }

  /** Tab pages that are not shown live on; everything above the shown one is closed. */
  #asleep = new Map()

  #switchTab(path) {
    const stayed = this.stack.length === 1 && this.current.path === path
    while (this.stack.length > 1) this.#drop()
    if (stayed)
      return
    if (this.current?.path === path)
      return this.#show(this.current)
    if (this.tabs.includes(this.current?.path)) {
      this.#sleep(this.current)
      this.#asleep.set(this.current.path, this.stack.pop())
    }
    else {
      this.#dropAll()
    }
    const sleeping = this.#asleep.get(path)
    this.#asleep.delete(path)
    if (!sleeping)
      return this.#create(path, {})
    this.stack.push(sleeping)
    this.#show(sleeping)
  }

  #dropAll() {
    while (this.stack.length > 0) this.#drop()
    this.stack.push(...this.#asleep.values())
    this.#asleep.clear()
    while (this.stack.length > 0) this.#drop()
  }

  #create(path, query, opener) {
    this.journal.guard(() => this.register(path), 'load')
    const element = document.createElement('div')
    element.className = 'mp-page'
    element.dataset.route = path
    const place = element.appendChild(document.createElement('div'))
    this.#host.append(element)
    const root = this.engine.mount.createRoot('wx-page-root', this.engine.codeSpace, `/${path}`)
    const page = root.get()
    answerNodes(page)
    const id = ++this.#opened
    Object.assign(page, { route: path, __route__: path, options: query, __wxWebviewId__: id, getPageId: () => `pageId:${id}`, getOpenerEventChannel: () => opener ?? channel() })
    const style = { ...this.app.window, ...this.json[path] }
    const entry = { path, element, root, page, query, style, title: style.navigationBarTitleText ?? '' }
    this.stack.push(entry)
    this.journal.guard(() => root.attach(element, place))
    if (this.app.tabBar?.custom && this.tabs.includes(path))
      this.#customTabBar(entry) // a page asks for it in onShow
    this.tell(entry, 'onLoad', query)
    this.tell(entry, 'onShow')
    this.tell(entry, 'onReady')
    element.addEventListener('scroll', () => {
      this.tell(entry, 'onPageScroll', { scrollTop: element.scrollTop })
      const rest = element.scrollHeight - element.clientHeight - element.scrollTop
      if (rest <= (style.onReachBottomDistance ?? 50))
        this.tell(entry, 'onReachBottom')
    })
  }

  /** A tab bar of the package's own: one for each tab page, as in WeChat. */
  #customTabBar(entry) {
    const name = 'custom-tab-bar/index'
    this.journal.guard(() => this.register(name), 'load')
    const place = entry.element.appendChild(document.createElement('div')).appendChild(document.createElement('div'))
    entry.bar = this.engine.mount.createRoot('wx-tab-bar-root', this.engine.codeSpace, `/${name}`)
    const bar = entry.bar.get()
    this.journal.guard(() => entry.bar.attach(place.parentNode, place))
    entry.page.getTabBar = () => bar
  }

  #show(entry) {
    entry.element.hidden = false
    this.tell(entry, 'onShow')
  }

  #sleep(entry) {
    this.tell(entry, 'onHide')
    entry.element.hidden = true
  }

  #drop() {
    const entry = this.stack.pop()
    const { root, element } = entry
    this.tell(entry, 'onUnload')
    this.journal.guard(() => root.release())
    element.remove()
  }
}

/** WeChat hands the values to `onLoad` as they stand in the address, not decoded. */
function queryOf(text) {
  return Object.fromEntries(text.split('&').filter(Boolean).map((pair) => {
    const [name, ...rest] = pair.split('=')
    return [name, rest.join('=')]
  }))
}

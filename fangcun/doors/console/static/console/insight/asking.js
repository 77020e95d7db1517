// Asking: an answer is fetched into its box with a ticket. After half a second there is a sign of how far it is and a
// way to stop it.
import { draw } from './charts.js'

const QUIET_MS = 500
const here = document.getElementById('fi-asking')

function newTicket() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

const at = (address, ticket) => address.replace('TICKET', ticket)

function stop(ticket) {
  fetch(at(here.getAttribute('action'), ticket), { method: 'POST', body: new FormData(here), keepalive: true }).catch(() => {})
}

export class Answering {
  // `refused` is told what was wrong with a question; `answered` gets the box with the answer in it.
  constructor(box, { refused, answered } = {}) {
    this.box = box
    this.refused = refused ?? (told => this.say(told.message))
    this.answered = answered ?? (() => {})
    addEventListener('pagehide', () => this.running && this.leave())
  }

  leave() {
    this.running.abort.abort()
    stop(this.running.ticket)
    this.finish()
  }

  finish() {
    clearTimeout(this.timer)
    this.waiting?.remove()
    this.waiting = null
    this.running = null
    this.box.setAttribute('aria-busy', 'false')
  }

  // A sentence in the place of the answer, with the way to ask again.
  say(words) {
    const card = Object.assign(document.createElement('div'), { className: 'fc-card fi-said' })
    const said = Object.assign(document.createElement('p'), { textContent: words })
    const again = Object.assign(document.createElement('button'), { type: 'button', className: 'fi-small', textContent: here.dataset.again })
    again.addEventListener('click', () => this.ask(this.address))
    card.append(said, again)
    this.box.replaceChildren(card)
  }

  async ask(address) {
    if (this.running) this.leave()
    const mine = { ticket: newTicket(), abort: new AbortController() }
    this.running = mine
    this.address = address
    this.box.setAttribute('aria-busy', 'true')
    this.timer = setTimeout(() => this.wait(mine), QUIET_MS)
    try {
      const answer = await fetch(`${address}${address.includes('?') ? '&' : '?'}ticket=${mine.ticket}`, { signal: mine.abort.signal, headers: { Accept: 'text/html, application/json' } })
      if (answer.redirected) return location.reload() // logged out meanwhile
      const isRefusal = (answer.headers.get('Content-Type') ?? '').includes('json')
      const body = answer.ok || isRefusal ? await (isRefusal ? answer.json() : answer.text()) : null
      if (this.running !== mine) return
      this.finish()
      if (body == null) return this.say(here.dataset.failed)
      if (isRefusal) return this.refused(body)
      this.box.innerHTML = body
      draw(this.box)
      this.answered(this.box)
    }
    catch (error) {
      if (this.running !== mine) return
      this.finish()
      this.say(here.dataset.failed)
      if (error.name !== 'AbortError' && error.name !== 'TypeError') throw error
    }
  }

  async wait(mine) {
    const sign = document.getElementById('fi-waiting').content.firstElementChild.cloneNode(true)
    sign.querySelector('button').addEventListener('click', () => {
      this.leave()
      this.say(here.dataset.cancelled)
    })
    this.waiting = sign
    this.box.prepend(sign)
    const share = sign.querySelector('i')
    const words = sign.querySelector('b')
    while (this.running === mine) {
      const told = await fetch(at(here.dataset.progress, mine.ticket), { signal: mine.abort.signal }).then(answer => answer.json()).catch(() => ({}))
      if (told.share != null) {
        share.style.width = `${Math.round(100 * told.share)}%`
        sign.classList.add('fi-known')
        words.textContent = `${Math.round(100 * told.share)}%`
      }
      await new Promise(resolve => setTimeout(resolve, QUIET_MS))
    }
  }
}

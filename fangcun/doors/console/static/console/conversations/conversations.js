// The workplace of customer service: it stays at the latest message, keeps what is being written, and says why
// something was not sent.
(() => {
  const form = document.getElementById('cv-say')
  const error = document.getElementById('cv-error')
  const bubbles = () => document.querySelector('.cv-bubbles')

  let atEnd = true
  const follow = () => {
    const list = bubbles()
    if (list && atEnd) list.scrollTop = list.scrollHeight
  }
  document.addEventListener('scroll', event => {
    const list = event.target
    if (list instanceof Element && list.classList.contains('cv-bubbles')) {
      atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60
    }
  }, true)
  document.addEventListener('load', event => {
    if (event.target instanceof HTMLImageElement) follow()
  }, true)

  let kept = 0
  document.body.addEventListener('htmx:beforeSwap', () => { kept = bubbles()?.scrollTop ?? 0 })
  document.body.addEventListener('htmx:afterSwap', () => {
    const list = bubbles()
    if (list && !atEnd) list.scrollTop = kept
    follow()
  })
  follow()

  const tell = text => {
    if (!error) return
    error.textContent = text
    error.hidden = !text
  }
  const isPoll = event => event.detail.requestConfig?.verb === 'get'
  document.body.addEventListener('htmx:responseError', event => {
    if (isPoll(event)) return
    const answer = event.detail.xhr
    const words = (answer.getResponseHeader('Content-Type') || '').startsWith('text/plain') ? answer.responseText : ''
    tell(words || error?.dataset.lost || '')
  })
  document.body.addEventListener('htmx:sendError', event => {
    if (!isPoll(event)) tell(error?.dataset.lost || '')
  })
  document.body.addEventListener('htmx:afterRequest', event => {
    if (!event.detail.successful || isPoll(event)) return
    tell('')
    for (const open of document.querySelectorAll('.cv-pop[open]')) open.open = false
    document.getElementById('cv-note')?.reset()
    if (event.target === form) {
      atEnd = true
      form.reset()
      freshKey()
      remember('')
      form.querySelector('.cv-link').open = false
      form.elements.text.focus()
      follow()
    }
  })

  if (!form) return
  const text = form.elements.text
  // The console's library writes the name of a chosen file into a text field beside it; here is none.
  form.elements.picture.hasChangeListener = true
  const place = `conversation:${form.dataset.draft}`
  const remember = value => {
    if (value) sessionStorage.setItem(place, value)
    else sessionStorage.removeItem(place)
  }
  // One key for one message: pressing twice, or again after a lost answer, says it once.
  function freshKey() {
    form.elements.key.value = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, '0')).join('')
  }
  let typedAt = 0
  // The customer sees "对方正在输入"; nothing depends on it.
  function showTyping() {
    if (!text.value || Date.now() - typedAt < 8000) return
    typedAt = Date.now()
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value })
    fetch(form.dataset.typing, { method: 'POST', body }).catch(() => {})
  }
  freshKey()
  text.value = sessionStorage.getItem(place) || ''
  text.addEventListener('input', () => {
    const code = text.value.match(/(?:^|\s)\/(\S{1,20})[ \n]$/)
    const reply = code && [...document.querySelectorAll('.cv-reply')].find(one => !one.disabled && one.dataset.shortcut === code[1])
    if (reply) text.value = text.value.slice(0, text.value.length - code[1].length - 2) + reply.dataset.text
    remember(text.value)
    showTyping()
  })
  text.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      form.requestSubmit()
    }
  })
  document.addEventListener('click', event => {
    const reply = event.target.closest?.('.cv-reply')
    if (!reply) return
    text.value = text.value ? `${text.value}\n${reply.dataset.text}` : reply.dataset.text
    remember(text.value)
    document.getElementById('cv-replies').open = false
    text.focus()
  })
})()

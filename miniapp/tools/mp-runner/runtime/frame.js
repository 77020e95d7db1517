/** Draws what WeChat draws around a page: the navigation bar and the tab bar. */
export function drawFrame(pages) {
  const { current, stack, app } = pages
  drawNavigation(current, stack.length > 1, () => pages.back())
  const bar = document.getElementById('tabs')
  const isTab = pages.tabs.includes(current.path)
  bar.hidden = !isTab
  document.getElementById('pages').className = isTab ? 'tabbed' : ''
  bar.replaceChildren(...(app.tabBar?.list ?? []).map((tab, index) => {
    const chosen = tab.pagePath === current.path
    const item = document.createElement('div')
    const icon = item.appendChild(document.createElement('img'))
    icon.src = `pkg/${chosen ? tab.selectedIconPath : tab.iconPath}`
    item.appendChild(document.createElement('span')).textContent = tab.text
    item.style.color = chosen ? app.tabBar.selectedColor : app.tabBar.color
    if (pages.badges.has(index))
      item.appendChild(document.createElement('b')).textContent = pages.badges.get(index)
    item.onclick = () => {
      pages.open(`/${tab.pagePath}`, 'tab')
      current.page.onTabItemTap?.({ index, pagePath: tab.pagePath, text: tab.text })
    }
    return item
  }))
}

function drawNavigation({ title, style }, canGoBack, goBack) {
  const bar = document.getElementById('navigation')
  bar.className = style.navigationStyle === 'custom' ? 'custom' : ''
  bar.style.background = style.navigationBarBackgroundColor ?? '#fff'
  bar.style.color = style.navigationBarTextStyle === 'white' ? '#fff' : '#000'
  const text = document.createElement('span')
  text.textContent = title
  bar.replaceChildren(text)
  if (canGoBack && style.navigationStyle !== 'custom') {
    const back = document.createElement('span')
    back.className = 'back'
    back.textContent = '‹'
    back.onclick = goBack
    bar.prepend(back)
  }
}

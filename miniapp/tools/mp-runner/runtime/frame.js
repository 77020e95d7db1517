/** Draws what WeChat draws around a page: the navigation bar and the tab bar. */
export function drawFrame(pages) {
  const { current, stack, app } = pages
  drawNavigation(current, stack.length > 1, () => pages.back())
  const bar = document.getElementById('tabs')
  const isTab = pages.tabs.includes(current.path)
  bar.hidden = !isTab || Boolean(app.tabBar?.custom) || pages.noTabBar
  document.getElementById('pages').className = bar.hidden ? '' : 'tabbed'
  bar.replaceChildren(...(app.tabBar?.list ?? []).map((tab, index) => {
    const chosen = pages.tabs[index] === current.path
    const item = document.createElement('div')
    const picture = chosen ? tab.selectedIconPath ?? tab.iconPath : tab.iconPath
    if (picture)
      item.appendChild(document.createElement('img')).src = `pkg/${picture.replace(/^\//, '')}`
    item.appendChild(document.createElement('span')).textContent = pages.tabTexts.get(index) ?? tab.text
    item.style.color = chosen ? app.tabBar.selectedColor : app.tabBar.color
    if (pages.badges.has(index))
      item.appendChild(document.createElement('b')).textContent = pages.badges.get(index)
    item.onclick = () => {
      pages.open(`/${pages.tabs[index]}`, 'tab')
      pages.tell(pages.current, 'onTabItemTap', { index, pagePath: tab.pagePath, text: tab.text })
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

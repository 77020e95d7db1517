import { answer, refuse } from './answer.js'

export function navigation(pages, journal) {
  const way = (name, go) => async (options = {}) => {
    await null // what calls it runs to its end on the page where it began
    let result
    try {
      result = go(options)
    }
    catch (error) {
      journal.problem('navigation', `wx.${name}: ${error.message}`)
      return refuse(name, { complete() {}, ...options }, error.message)
    }
    return answer(name, options, result)
  }
  const titled = (name, change) => way(name, (options) => {
    change(options)
    pages.redraw()
  })
  return {
    navigateTo: way('navigateTo', ({ url, events }) => pages.open(url, 'push', events)),
    redirectTo: way('redirectTo', ({ url }) => pages.open(url, 'replace')),
    switchTab: way('switchTab', ({ url }) => pages.open(url, 'tab')),
    reLaunch: way('reLaunch', ({ url }) => pages.open(url, 'relaunch')),
    navigateBack: way('navigateBack', ({ delta }) => pages.back(delta)),
    setNavigationBarTitle: titled('setNavigationBarTitle', ({ title }) => Object.assign(pages.current, { title })),
    setNavigationBarColor: titled('setNavigationBarColor', ({ frontColor, backgroundColor }) => Object.assign(pages.current.style, {
      navigationBarTextStyle: frontColor === '#ffffff' ? 'white' : 'black',
      navigationBarBackgroundColor: backgroundColor,
    })),
    setTabBarBadge: titled('setTabBarBadge', ({ index, text }) => pages.badges.set(index, text)),
    removeTabBarBadge: titled('removeTabBarBadge', ({ index }) => pages.badges.delete(index)),
    showTabBarRedDot: titled('showTabBarRedDot', ({ index }) => pages.badges.set(index, '')),
    hideTabBarRedDot: titled('hideTabBarRedDot', ({ index }) => pages.badges.delete(index)),
    setTabBarItem: titled('setTabBarItem', ({ index, text }) => text && pages.tabTexts.set(index, text)),
    setTabBarStyle: way('setTabBarStyle', () => {}),
    hideTabBar: titled('hideTabBar', () => Object.assign(pages, { noTabBar: true })),
    showTabBar: titled('showTabBar', () => Object.assign(pages, { noTabBar: false })),
    startPullDownRefresh: way('startPullDownRefresh', () => pages.tell(pages.current, 'onPullDownRefresh')),
    stopPullDownRefresh: way('stopPullDownRefresh', () => {}),
    pageScrollTo: way('pageScrollTo', ({ scrollTop, selector }) => {
      const { element } = pages.current
      if (selector)
        element.querySelector(selector)?.scrollIntoView()
      else
        element.scrollTop = scrollTop ?? 0
    }),
    createSelectorQuery: () => pages.current.page.createSelectorQuery(),
    createIntersectionObserver: (component, options) => (component?.createIntersectionObserver ? component : pages.current.page).createIntersectionObserver(options),
    createMediaQueryObserver: component => component.createMediaQueryObserver(),
  }
}

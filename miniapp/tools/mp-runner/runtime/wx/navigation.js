import { answer, refuse } from './answer.js'

export function navigation(pages) {
  const way = (name, go) => (options = {}) => {
    try {
      go(options)
    }
    catch (error) {
      console.error(`wx.${name}: ${error.message}`)
      return refuse(name, { complete() {}, ...options }, error.message)
    }
    return answer(name, options)
  }
  const titled = (name, change) => way(name, (options) => {
    change(options)
    pages.redraw()
  })
  return {
    navigateTo: way('navigateTo', ({ url }) => pages.open(url, 'push')),
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
    setTabBarItem: way('setTabBarItem', () => {}),
    setTabBarStyle: way('setTabBarStyle', () => {}),
    hideTabBar: way('hideTabBar', () => {}),
    showTabBar: way('showTabBar', () => {}),
    startPullDownRefresh: way('startPullDownRefresh', () => pages.current.page.onPullDownRefresh?.()),
    stopPullDownRefresh: way('stopPullDownRefresh', () => {}),
    pageScrollTo: way('pageScrollTo', ({ scrollTop, selector }) => {
      const { element } = pages.current
      if (selector)
        element.querySelector(selector)?.scrollIntoView()
      else
        element.scrollTop = scrollTop ?? 0
    }),
    createSelectorQuery: () => pages.current.page.createSelectorQuery(),
    createIntersectionObserver: (component, options) => component.createIntersectionObserver(options),
    createMediaQueryObserver: component => component.createMediaQueryObserver(),
  }
}

import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { useCountdown } from '@/composables/countdown'
import { clock, learnServerTime, secondsUntil } from '@/shared/time'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T08:00:00Z') })
  learnServerTime('Fri, 20 Nov 2026 08:00:00 GMT')
})
afterEach(() => vi.useRealTimers())

it('shows minutes and seconds and stops at zero', () => {
  expect([900, 65, 9.9, 0, -5].map(clock)).toEqual(['15:00', '01:05', '00:09', '00:00', '00:00'])
})

it('counts by the server\'s clock when the phone\'s is wrong', () => {
  expect(secondsUntil('2026-11-20T08:15:00Z')).toBe(900)
  learnServerTime('Fri, 20 Nov 2026 08:10:00 GMT')
  expect(secondsUntil('2026-11-20T08:15:00Z')).toBe(300)
})

it('takes a difference below the header\'s resolution for none', () => {
  learnServerTime('Fri, 20 Nov 2026 08:00:01 GMT')
  expect(secondsUntil('2026-11-20T08:15:00Z')).toBe(900)
})

it('counts down, ends once, and starts again when the moment changes', async () => {
  const until = ref<string | null>('2026-11-20T08:00:03Z')
  const over = vi.fn()
  let left: ReturnType<typeof useCountdown>
  const page = mount(defineComponent({ setup() {
    left = useCountdown(() => until.value, over)
    return () => h('i')
  } }))
  expect(left!.value).toBe(3)
  vi.advanceTimersByTime(2000)
  expect(left!.value).toBe(1)
  expect(over).not.toHaveBeenCalled()
  vi.advanceTimersByTime(5000)
  expect(left!.value).toBe(0)
  expect(over).toHaveBeenCalledTimes(1)
  until.value = '2026-11-20T08:01:00Z'
  await page.vm.$nextTick()
  expect(left!.value).toBe(53)
  page.unmount()
  expect(vi.getTimerCount()).toBe(0)
})

it('says nothing when a moment had passed before the page opened', () => {
  const over = vi.fn()
  let left: ReturnType<typeof useCountdown>
  mount(defineComponent({ setup() {
    left = useCountdown(() => '2026-11-20T07:00:00Z', over)
    return () => h('i')
  } }))
  expect(left!.value).toBe(0)
  vi.advanceTimersByTime(5000)
  expect(over).not.toHaveBeenCalled()
})

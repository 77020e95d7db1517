import { beforeEach, vi } from 'vitest'
import { fakePhone } from './phone'

vi.mock('@/config', () => {
  const config = { apiBase: 'https://shop.test/api/v1', program: 'wxtest', boxUrl: null, privacyVersion: '2026-11', brand: '青禾鲜' }
  return { config, configured: () => Promise.resolve(config) }
})
vi.stubGlobal('uni', fakePhone())
vi.stubGlobal('getCurrentPages', () => [])
beforeEach(() => {
  vi.stubGlobal('uni', fakePhone())
})

import { createRequire } from 'node:module'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { branded } from './build/branded'
import { quiet } from './build/quiet'
import { steady } from './build/steady'
import { tdIcons } from './build/td-icons'

// @dcloudio/vite-plugin-uni is CommonJS: from an ES module its default export is nested
const uniModule = createRequire(import.meta.url)('@dcloudio/vite-plugin-uni')
const uni = uniModule.default ?? uniModule

// TDesign icons that our own pages use by name.
const icons = ['chevron-left', 'discount', 'coupon', 'calendar', 'star', 'cardmembership', 'time', 'image', 'sound', 'home', 'cart', 'location', 'usergroup', 'wallet', 'gift', 'vehicle', 'notification', 'service', 'setting', 'secured', 'close-circle']

export default defineConfig({
  base: process.env.UNI_PLATFORM === 'h5' ? './' : undefined,
  plugins: [steady(), tdIcons(icons), quiet(), branded(), uni()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: 'es2015' },
  server: { port: 5173 },
})

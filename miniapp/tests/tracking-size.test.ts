// @vitest-environment node
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, it } from 'vitest'

it('weighs at most 15 KB minified', async () => {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2015',
      minify: 'esbuild',
      lib: { entry: fileURLToPath(new URL('../src/tracking/index.ts', import.meta.url)), formats: ['cjs'], fileName: 'tracking' },
    },
  })
  const [bundle] = Array.isArray(result) ? result : [result]
  const chunks = 'output' in bundle! ? bundle.output.flatMap(o => o.type === 'chunk' ? [o] : []) : []
  expect(chunks).toHaveLength(1)
  expect(chunks[0]!.imports).toEqual([])
  const bytes = new TextEncoder().encode(chunks[0]!.code).length
  expect(bytes).toBeGreaterThan(3_000)
  expect(bytes).toBeLessThanOrEqual(15_000)
})

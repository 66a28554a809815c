import path from 'node:path'
import { defineConfig } from 'vitest/config'

const portable = path.resolve(import.meta.dirname, 'src/crypto/portable.ts')

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/*.test.ts', 'test/unit/**/*.test.ts'] } },
      {
        // the same crypto and envelope tests over the portable backend
        resolve: { alias: [{ find: /^.*\/node\.ts$/, replacement: portable }] },
        test: { name: 'portable', include: ['test/unit/{crypto,envelope}/**/*.test.ts'] },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/support/install.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
})

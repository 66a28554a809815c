import { availableParallelism } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

declare module 'vitest' {
  interface ProvidedContext {
    /** The crypto backend that src/ gets in this project. */
    backend: 'node' | 'portable'
  }
}

const portable = path.resolve(import.meta.dirname, 'src/crypto/portable.ts')

export default defineConfig({
  test: {
    // most tests wait for child processes: one worker less than there are cores would leave cores idle
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/*.test.ts', 'test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          provide: { backend: 'node' },
        },
      },
      {
        // The same crypto and envelope tests over the portable backend: whatever in src/ imports the node
        // backend gets the portable one. Tests reach it by a longer path, so they still get the real one.
        resolve: { alias: [{ find: /^\.{1,2}\/(?:crypto\/)?node\.ts$/, replacement: portable }] },
        test: {
          name: 'portable',
          include: ['test/unit/{crypto,envelope}/**/*.test.ts'],
          testTimeout: 60_000,
          provide: { backend: 'portable' },
        },
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

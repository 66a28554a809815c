import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'rolldown'
import { afterAll, beforeAll } from 'vitest'

export interface Workshop {
  /** A scratch folder, gone afterwards. */
  readonly folder: string
  /** The script of model threads, built as `npm run build` does. */
  readonly worker: string
}

export function workshop(): Workshop {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward model ')))
  const worker = path.join(folder, 'worker.mjs')
  beforeAll(() =>
    build({ platform: 'node', input: 'src/model/worker.ts', output: { file: worker }, logLevel: 'silent' }),
  )
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, worker }
}

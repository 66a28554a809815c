/* oxlint-disable vitest/no-disabled-tests, vitest/valid-title, vitest/expect-expect -- it makes suites for others */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'vitest'

/** One group of Wycheproof tests: `Case` holds the fields that the algorithm adds. */
export interface WycheproofGroup<Case> {
  readonly tests: readonly (Case & WycheproofCase)[]
}

interface WycheproofCase {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

/** A known-answer file below the folder that GITWARD_VECTORS names; null if the variable is unset. */
export function vectorFile(name: string): unknown {
  const folder = process.env['GITWARD_VECTORS']
  if (!folder) return null
  try {
    return JSON.parse(readFileSync(path.join(folder, name), 'utf8'))
  } catch (cause) {
    throw new Error(`GITWARD_VECTORS is set, but ${name} cannot be read there`, { cause })
  }
}

/**
 * Runs known-answer tests over the file `name`. They skip, with a printed line, when GITWARD_VECTORS is unset,
 * and fail when it is set and the file is missing.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which fields it reads
export function describeVectors<File>(title: string, name: string, define: (file: File) => void): void {
  const file = vectorFile(name)
  if (file === null) {
    console.warn(`skipped: ${title}: set GITWARD_VECTORS to the folder that holds ${name}`)
    describe.skip(title, () => {
      it('needs GITWARD_VECTORS', context => context.skip())
    })
    return
  }
  describe(title, () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a published file, as its header says
    define(file as File)
  })
}

/** Bytes of a published file's hex, which may be upper case. */
export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

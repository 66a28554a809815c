import { openChunksOf } from '../../model/seal.ts'
import { crewOf, type FileEffects } from './effects.ts'
import { withInput, type InputFile } from './input.ts'
import { notEncrypted, verifyJsonFile } from './json.ts'
import { kindOf } from './kind.ts'
import { broken, orBroken, sourceHint } from './open-envelope.ts'
import { openingOf, type OpeningChoice } from './opening.ts'

export interface Verified {
  /** Bytes of plaintext that authenticate. */
  readonly length: number
  readonly seconds: number
}

/**
 * Authenticates every byte of an envelope and writes nothing.
 * @throws {GitwardError} TAMPERED or MALFORMED if it is damaged; USAGE if it is no envelope; as `openingOf`.
 */
export function verifyFile(effects: FileEffects, file: string, choice: OpeningChoice): Promise<Verified> {
  return withInput(file, async input => {
    const start = performance.now()
    const length = await authenticated(effects, input, choice)
    input.assertUnchanged()
    return { length, seconds: (performance.now() - start) / 1000 }
  })
}

async function authenticated(effects: FileEffects, input: InputFile, choice: OpeningChoice): Promise<number> {
  const { name, fd } = input
  const what = kindOf(input)
  if (what.kind === 'broken') throw broken(what.reason, name)
  if (what.kind === 'json') return verifyJsonFile(effects, input)
  if (what.kind === 'plain') throw notEncrypted(name, `gitward inspect ${name}`)
  const { header } = what
  const message = await openingOf(effects, choice, name, header)
  const from = { input: fd, inputAt: header.chunksAt, length: header.length }
  await orBroken(name, openChunksOf(from, message, null, crewOf(effects)), sourceHint(header))
  return header.length
}

import { openMessage } from '../../envelope/file.ts'
import { openChunksOf } from '../../model/seal.ts'
import { signedLeaves } from '../../model/signed-leaves.ts'
import { openStream } from '../../model/stream.ts'
import { crewOf, type FileEffects } from './effects.ts'
import { withInput, type InputFile } from './input.ts'
import { notEncrypted, verifyJsonFile } from './json.ts'
import { kindOf } from './kind.ts'
import { broken, cutToNothing, FETCH_AGAIN, orBroken, sourceHint } from './open-envelope.ts'
import { openingOf, type OpeningChoice } from './opening.ts'
import { assertSealedAs, notSignable, type Signed } from './signer.ts'

export interface Verified {
  /** Bytes of plaintext that authenticate. */
  readonly length: number
  readonly seconds: number
}

export interface VerifyChoice extends OpeningChoice {
  /** What was signed, if it must be. */
  readonly signed?: Signed | undefined
}

/**
 * Authenticates every byte of an envelope and writes nothing.
 * @throws {GitwardError} TAMPERED or MALFORMED if it is damaged; SIGNATURE if it is not what was
 *   signed; USAGE if it is no envelope; as `openingOf`.
 */
export function verifyFile(effects: FileEffects, file: string, choice: VerifyChoice): Promise<Verified> {
  return withInput(file, async input => {
    const start = performance.now()
    const length = await authenticated(effects, input, choice)
    input.assertUnchanged()
    return { length, seconds: (performance.now() - start) / 1000 }
  })
}

async function authenticated(effects: FileEffects, input: InputFile, choice: VerifyChoice): Promise<number> {
  const { name, fd } = input
  const { signed } = choice
  if (input.length === 0 && !signed) throw cutToNothing(name)
  const what = kindOf(input)
  if (what.kind === 'broken') throw broken(what.reason, name, FETCH_AGAIN)
  if (signed && what.kind !== 'file') throw notSignable(name)
  if (what.kind === 'json') return verifyJsonFile(effects, input)
  if (what.kind === 'plain') throw notEncrypted(name, `gitward inspect ${name}`)
  const { header } = what
  if (signed) assertSealedAs(signed, name, header, input.length - header.chunksAt)
  const message = await openingOf(effects, choice, name, header)
  if (signed) {
    const chunks = signedLeaves(input.source(header.chunksAt), signed.signature)
    await orBroken(name, exhaust(openStream(openMessage(message, header), chunks)), sourceHint(header))
    return header.length
  }
  const from = { input: fd, inputAt: header.chunksAt, length: header.length }
  await orBroken(name, openChunksOf(from, message, null, crewOf(effects)), sourceHint(header))
  return header.length
}

async function exhaust(blocks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of blocks);
}

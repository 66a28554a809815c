import type { Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { gitPathOf } from '../../core/path.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { cobblestoneOf, sealFile } from '../../envelope/file.ts'
import { sealJsonStream } from '../../envelope/json-stream.ts'
import { assertJsonSize, sealJson } from '../../envelope/json.ts'
import { keysOfScope } from '../../keys/keyring.ts'
import { changedInput } from '../../model/blocks.ts'
import type { ByteSource } from '../../model/byte-source.ts'
import { repositorySealing, sealInto, type Sealing } from '../../model/seal.ts'
import { sealStream } from '../../model/stream.ts'
import { assertSealable, newestKnownEpoch } from '../filter/seal.ts'
import { startSession, type FilterSession } from '../filter/session.ts'
import { noSuchScope } from '../people/scope.ts'
import { crewOf, type FileEffects } from './effects.ts'
import { withInput, type InputFile } from './input.ts'
import { kindOf } from './kind.ts'
import { assertMayWrite, withOutput, type Output } from './output.ts'
import { newPortable, type Receivers } from './portable.ts'
import { assertMaySign, signSealed, type SigningChoice } from './sign.ts'
import { heldInMemory, STANDARD_INPUT, standardInput } from './standard-input.ts'

export interface EncryptOptions {
  /** Whose key of the repository; null for a portable file. */
  readonly scope: string | null
  /** Who may open a portable file. */
  readonly receivers: Receivers
  readonly format: 'binary' | 'json'
  /** `-` for standard output. */
  readonly output?: string | undefined
  readonly force: boolean
  /** Whose signature goes beside the output. */
  readonly signing?: SigningChoice | undefined
}

export const ENVELOPE_SUFFIX = '.gitward'

/** One way to seal: what stands in a file, or what a stream brings. */
interface Sealer {
  file(input: InputFile, output: Output): Promise<void>
  stream(source: ByteSource, output: Output): Promise<void>
}

/**
 * Seals one file, or standard input (`-`), under the repository's newest key of a scope or as a portable file;
 * writes `FILE.gitward` unless told otherwise.
 * @returns the file that was written, `-` for standard output.
 */
export async function encryptFile(
  effects: FileEffects,
  file: string,
  options: EncryptOptions,
): Promise<string> {
  const output = options.output ?? (file === '-' ? '-' : file + ENVELOPE_SUFFIX)
  if (output !== '-') assertMayWrite(output, options.force)
  const { signing } = options
  if (signing) assertMaySign(output, signing, options.force)
  const sign = async ({ fd }: Output) => {
    if (signing && fd !== null) await signSealed(effects, fd, output, signing)
  }
  if (file === '-') {
    const sealer = await sealerOf(effects, file, options)
    await withOutput(output, options, async out => {
      await sealer.stream(standardInput(), out)
      await sign(out)
    })
    return output
  }
  await withInput(file, async input => {
    if (!options.force) assertNotSealed(input)
    const sealer = await sealerOf(effects, file, options)
    await withOutput(output, options, async out => {
      await inFile(file, sealer.file(input, out))
      input.assertUnchanged()
      await sign(out)
    })
  })
  return output
}

async function inFile(file: string, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    throw error instanceof GitwardError ? error.in(file) : error
  }
}

function assertNotSealed(input: InputFile): void {
  if (kindOf(input).kind === 'plain') return
  throw new GitwardError('USAGE', `${input.name} is encrypted already`, {
    hint: `gitward inspect ${shellWord(input.name)}`,
  })
}

async function sealerOf(effects: FileEffects, file: string, options: EncryptOptions): Promise<Sealer> {
  if (options.scope === null) return portableSealer(effects, await newPortable(options.receivers, effects))
  const key = sealingKey(effects, file, options.scope)
  return options.format === 'json' ? jsonSealer(key) : repositorySealer(effects, key)
}

/** Repository keys leave an empty file empty, and nobody could tell that from one that was cut short. */
export function assertHoldsSomething(name: string, length: number): void {
  if (length > 0) return
  throw new GitwardError('USAGE', `${name} is empty: only a portable file can say so`, {
    hint: 'gitward encrypt FILE -r RECIPIENT',
  })
}

const portableSealer = (effects: FileEffects, sealing: Sealing): Sealer => ({
  file: (input, output) => sealFrom(effects, sealing, input, output),
  stream: (source, output) => pour(sealing, source, output),
})

const repositorySealer = (effects: FileEffects, key: EpochKey): Sealer => ({
  async file(input, output) {
    assertHoldsSomething(input.name, input.length)
    const sealing = await repositorySealing({ input: input.fd, length: input.length }, key, crewOf(effects))
    await sealFrom(effects, sealing, input, output)
  },
  async stream(source, output) {
    const plaintext = await heldInMemory(source, 'gitward encrypt - -r RECIPIENT, or encrypt a file')
    assertHoldsSomething(STANDARD_INPUT, plaintext.length)
    output.write(sealFile(key, plaintext))
  },
})

const jsonSealer = (key: EpochKey): Sealer => ({
  async file(input, output) {
    assertHoldsSomething(input.name, input.length)
    assertJsonSize(input.length)
    const sealed = sealJsonStream(key, () => input.pieces(0, input.length), changedInput)
    for await (const piece of sealed) output.write(piece)
  },
  async stream(source, output) {
    const plaintext = await heldInMemory(source, 'encrypt a file instead of standard input')
    assertHoldsSomething(STANDARD_INPUT, plaintext.length)
    output.write(sealJson(key, plaintext))
  },
})

async function sealFrom(
  effects: FileEffects,
  sealing: Sealing,
  input: InputFile,
  output: Output,
): Promise<void> {
  if (output.fd === null) return pour(sealing, input.source(), output)
  await sealInto({ input: input.fd, length: input.length, output: output.fd }, sealing, crewOf(effects))
}

/** Seals a stream into an output. */
export async function pour(
  { front, message, leaves }: Sealing,
  source: ByteSource,
  output: Output,
): Promise<void> {
  output.write(front)
  const hashes: Bytes | null = leaves && new Uint8Array(leaves)
  for await (const block of sealStream(cobblestoneOf(message), source, hashes)) output.write(block)
}

/**
 * The newest key of a scope of this repository.
 * @throws {GitwardError} GIT outside a repository, USAGE for an unknown scope, LOCKED if it is not unlocked.
 */
export function sealingKey(effects: FileEffects, file: string, scope: string): EpochKey {
  const session = sessionHere(effects)
  if (!session.epochFiles().some(each => each.scope === scope)) throw noSuchScope(scope)
  const keys = keysOfScope(session.keyring, scope)
  assertSealable(gitPathOf(file), scope, keys, newestKnownEpoch(session, scope))
  return keys[0]!.key
}

function sessionHere(effects: FileEffects): FilterSession {
  try {
    return startSession(effects)
  } catch (error) {
    if (!hasCode(error, 'GIT')) throw error
    throw new GitwardError('GIT', error.message, {
      hint: `${error.hint}, or -r with the recipient that this prints: gitward keygen`,
      cause: error,
    })
  }
}

import type { Bytes } from '../../core/bytes.ts'
import { startsWith } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import {
  FILE_MAGIC,
  FILE_START_BYTES,
  fileHeaderLength,
  parseStreamHeader,
} from '../../envelope/file-header.ts'
import { openMessage } from '../../envelope/file.ts'
import { JSON_MAGIC } from '../../envelope/json.ts'
import type { ByteSource } from '../../model/byte-source.ts'
import { openChunksOf } from '../../model/seal.ts'
import { signedLeaves } from '../../model/signed-leaves.ts'
import { openStream } from '../../model/stream.ts'
import { crewOf, type FileEffects } from './effects.ts'
import { ENVELOPE_SUFFIX } from './encrypt.ts'
import { withInput, type InputFile } from './input.ts'
import { kindOf } from './kind.ts'
import { notEncrypted, openJsonBytes, openJsonFile, pour } from './json.ts'
import { broken, cutToNothing, FETCH_AGAIN, orBroken, sourceHint } from './open-envelope.ts'
import { openingOf, type OpeningChoice } from './opening.ts'
import { assertMayWrite, withOutput, type Output } from './output.ts'
import { assertSealedAs, notSignable, type Signed } from './signer.ts'
import { heldInMemory, STANDARD_INPUT, standardInput } from './standard-input.ts'

export interface DecryptOptions extends OpeningChoice {
  /** `-` for standard output. */
  readonly output?: string | undefined
  readonly force: boolean
  /** What was signed, if it must be: nothing else is opened. */
  readonly signed?: Signed | undefined
}

/** Opened files are for their owner. */
const OPENED_MODE = 0o600

/**
 * Opens one stand-alone envelope, or standard input (`-`): a portable file with an identity or passphrase, others
 * with this repository's keys. A file is written only if all of it authenticates; standard output gets each chunk
 * that does.
 * @returns the file that was written, `-` for standard output.
 * @throws {GitwardError} USAGE if it is no envelope; LOCKED, NOT_A_RECIPIENT, UNKNOWN_KEY, WRONG_KEY or TAMPERED if
 *   it does not open.
 */
export async function decryptFile(
  effects: FileEffects,
  file: string,
  options: DecryptOptions,
): Promise<string> {
  const output = options.output ?? defaultOutput(file)
  if (output !== '-') assertMayWrite(output, options.force)
  const write = (work: (out: Output) => Promise<void>) =>
    withOutput(output, { force: options.force, mode: OPENED_MODE }, work)
  if (file === '-') await openStandardInput(effects, options, write)
  else await withInput(file, input => openInput(effects, options, input, write))
  return output
}

type Write = (work: (out: Output) => Promise<void>) => Promise<void>

async function openInput(
  effects: FileEffects,
  options: DecryptOptions,
  input: InputFile,
  write: Write,
): Promise<void> {
  const { name, fd, length } = input
  const { signed } = options
  if (length === 0 && !signed) throw cutToNothing(name)
  const what = kindOf(input)
  if (what.kind === 'broken') throw broken(what.reason, name, FETCH_AGAIN)
  if (signed && what.kind !== 'file') throw notSignable(name)
  if (what.kind === 'plain') throw notEncrypted(name)
  if (what.kind === 'json') return openJsonFile(effects, input, write)
  const { header } = what
  if (signed) assertSealedAs(signed, name, header, length - header.chunksAt)
  const message = await openingOf(effects, options, name, header)
  const from = { input: fd, inputAt: header.chunksAt, length: header.length }
  await write(async out => {
    const source = () => ofSigned(signed, input.source(header.chunksAt))
    const elsewhere = sourceHint(header)
    if (out.fd === null || signed)
      return pour(name, openStream(openMessage(message, header), source()), out, elsewhere)
    await orBroken(name, openChunksOf(from, message, out.fd, crewOf(effects)), elsewhere)
    input.assertUnchanged()
  })
}

async function openStandardInput(effects: FileEffects, options: DecryptOptions, write: Write): Promise<void> {
  const source = standardInput()
  const start = await source.take(FILE_START_BYTES)
  source.putBack(start)
  const { signed } = options
  if (signed && !startsWith(start, FILE_MAGIC)) throw notSignable(STANDARD_INPUT)
  if (start.length === 0) throw cutToNothing(STANDARD_INPUT)
  if (startsWith(start, JSON_MAGIC)) {
    const plaintext = openJsonBytes(
      effects,
      STANDARD_INPUT,
      await heldInMemory(source, 'gitward decrypt FILE'),
    )
    return write(async out => out.write(plaintext))
  }
  if (!startsWith(start, FILE_MAGIC)) throw notEncrypted(STANDARD_INPUT)
  const header = await headerOf(source, start)
  if (signed) assertSealedAs(signed, STANDARD_INPUT, header, null)
  const message = await openingOf(effects, options, STANDARD_INPUT, header)
  await write(out =>
    pour(
      STANDARD_INPUT,
      openStream(openMessage(message, header), ofSigned(signed, source)),
      out,
      FETCH_AGAIN,
    ),
  )
}

const ofSigned = (signed: Signed | undefined, source: ByteSource): ByteSource =>
  signed ? signedLeaves(source, signed.signature) : source

async function headerOf(source: ByteSource, start: Bytes) {
  const bytes = await source.take(fileHeaderLength(start))
  try {
    return parseStreamHeader(bytes)
  } catch (error) {
    throw error instanceof GitwardError ? broken(error, STANDARD_INPUT) : error
  }
}

function defaultOutput(file: string): string {
  if (file === '-') return '-'
  if (file.endsWith(ENVELOPE_SUFFIX)) return file.slice(0, -ENVELOPE_SUFFIX.length)
  throw new GitwardError('USAGE', `${file} does not end in ${ENVELOPE_SUFFIX}: say where to write`, {
    hint: `gitward decrypt ${shellWord(file)} -o FILE`,
  })
}

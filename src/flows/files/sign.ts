import { fstatSync } from 'node:fs'
import path from 'node:path'
import { utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import {
  FILE_START_BYTES,
  fileHeaderLength,
  parseFileHeader,
  type FileHeader,
} from '../../envelope/file-header.ts'
import {
  DEFAULT_CONTEXT,
  faultInWords,
  formatSignature,
  signedMessage,
  type SignedWords,
} from '../../envelope/signature.ts'
import { readFully } from '../../model/positional.ts'
import { hashLeaves } from '../../model/seal.ts'
import { crewOf, type FileEffects } from './effects.ts'
import { assertMayWrite, withOutput } from './output.ts'
import { sshSign } from './ssh-keygen.ts'

export const SIGNATURE_SUFFIX = '.sig'

export interface SigningChoice extends Partial<SignedWords> {
  /** An SSH key file. */
  readonly key: string
}

/** The words that a signature says of `file`, or is expected to. @throws {GitwardError} USAGE for what cannot be said. */
export function wordsOf({ context, name, round }: Partial<SignedWords>, file: string): SignedWords {
  const words = {
    context: context ?? DEFAULT_CONTEXT,
    name: name ?? path.basename(file),
    round: round ?? '',
  }
  const fault = faultInWords(words)
  if (fault === null) return words
  throw new GitwardError('USAGE', `a signature cannot say this: ${fault}`, { hint: 'gitward encrypt --help' })
}

/** Before any work. @throws {GitwardError} USAGE if `output` cannot get a signature beside it. */
export function assertMaySign(output: string, choice: SigningChoice, force: boolean): void {
  if (output === '-')
    throw new GitwardError('USAGE', 'a signature stands beside the file that it is for: say which', {
      hint: 'gitward encrypt --sign KEY -o FILE',
    })
  wordsOf(choice, output)
  assertMayWrite(output + SIGNATURE_SUFFIX, force)
}

/**
 * Signs the envelope that `fd` holds and writes the signature beside `output`, the name that it will have.
 * @throws {GitwardError} as `sshSign`.
 */
export async function signSealed(
  effects: FileEffects,
  fd: number,
  output: string,
  choice: SigningChoice,
): Promise<void> {
  const { salt, commitment, chunksAt, fileLength } = frontOf(fd)
  const length = fileLength - chunksAt
  const leaves = new Uint8Array(await hashLeaves({ input: fd, inputAt: chunksAt, length }, crewOf(effects)))
  const record = { ...wordsOf(choice, output), salt, commitment, length, leaves: Uint8Array.from(leaves) }
  const sshsig = await sshSign(effects.env, choice.key, signedMessage(record))
  const text = utf8(formatSignature({ ...record, sshsig }))
  await withOutput(output + SIGNATURE_SUFFIX, { force: true }, async sig => sig.write(text))
}

function frontOf(fd: number): FileHeader & { readonly fileLength: number } {
  const fileLength = fstatSync(fd).size
  const start = (wanted: number): Bytes => {
    const bytes = new Uint8Array(Math.min(wanted, fileLength))
    readFully(fd, bytes, 0)
    return bytes
  }
  const header = parseFileHeader(start(fileHeaderLength(start(FILE_START_BYTES))), fileLength)
  return { ...header, fileLength }
}

import { existsSync } from 'node:fs'
import { sameBytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { FileFront } from '../../envelope/file-header.ts'
import { parseSignature, signedMessage, type Signature, type SignedWords } from '../../envelope/signature.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { withInput } from './input.ts'
import { SIGNATURE_SUFFIX, wordsOf } from './sign.ts'
import { sshVerify } from './ssh-keygen.ts'

export interface SignerChoice extends Partial<SignedWords> {
  /** An allowed signers file of OpenSSH. */
  readonly signers: string
  /** Who of them must have signed; anybody if absent. */
  readonly signedBy?: string | undefined
  /** The signature file (default: beside the file). */
  readonly signature?: string | undefined
}

/** What was signed, by somebody who may. */
export interface Signed {
  readonly signature: Signature
  /** As the allowed signers file names them. */
  readonly signer: string
}

/** A leaf hash for each of 2^20 bytes: enough for a file of a tebibyte. */
const MAX_SIGNATURE_BYTES = 1 << 26

/**
 * Verifies the signature of `file` by itself; that it is for these bytes, `assertSealedAs` and the leaves say.
 * @throws {GitwardError} SIGNATURE without one, by nobody who may sign, or for another name, round or context;
 *   MALFORMED; IO.
 */
export async function verifySigner(env: Environment, file: string, choice: SignerChoice): Promise<Signed> {
  const expected = expectedOf(file, choice)
  const name = choice.signature ?? file + SIGNATURE_SUFFIX
  if (!existsSync(name)) throw unsigned(file, name)
  try {
    const signature = await readSignature(name)
    const { signers, signedBy: identity } = choice
    const message = signedMessage(signature)
    const signer = await sshVerify(env, { signers, identity }, signature.sshsig, message)
    assertSays(signature, expected)
    return { signature, signer }
  } catch (error) {
    const isOfFile = error instanceof GitwardError && error.code !== 'IO'
    throw isOfFile ? error.in(name) : error
  }
}

function expectedOf(file: string, choice: SignerChoice): SignedWords {
  if (file === '-' && (choice.signature === undefined || choice.name === undefined))
    throw new GitwardError('USAGE', 'standard input has neither a name nor a signature beside it', {
      hint: 'gitward decrypt - --signer FILE --signature FILE.sig --name NAME',
    })
  return wordsOf(choice, file)
}

const readSignature = (name: string): Promise<Signature> =>
  withInput(name, async input => {
    if (input.length > MAX_SIGNATURE_BYTES)
      throw new GitwardError('MALFORMED', 'it is too long for a signature', {
        hint: `ls -l ${shellWord(name)}`,
      })
    return parseSignature(input.start(input.length))
  })

function assertSays(said: SignedWords, expected: SignedWords): void {
  for (const word of ['context', 'name', 'round'] as const) {
    if (said[word] === expected[word]) continue
    const [was, not] = [said[word], expected[word]].map(text => (text === '' ? 'none' : text))
    throw new GitwardError('SIGNATURE', `it was signed for ${word} ${was}, not ${not}: a replay?`, {
      hint:
        said[word] === ''
          ? `the same without --${word}`
          : `--${word} ${shellWord(said[word])}, if you expect that`,
    })
  }
}

/** @throws {GitwardError} SIGNATURE if the file is not the very message that was signed. */
export function assertSealedAs(
  { signature }: Signed,
  file: string,
  { salt, commitment }: FileFront,
  chunkBytes: number | null,
): void {
  if (!sameBytes(salt, signature.salt) || !sameBytes(commitment, signature.commitment))
    throw otherFile(file, 'it was sealed again after it was signed, or is another file')
  if (chunkBytes !== null && chunkBytes !== signature.length)
    throw otherFile(file, 'it is shorter or longer than what was signed')
}

const unsigned = (file: string, name: string): GitwardError =>
  new GitwardError('SIGNATURE', `${file} is not signed: ${name} is missing`, {
    hint: `ask the sender for ${name}`,
  })

/** For what has no salt and commitment that a signature could cover. */
export const notSignable = (file: string): GitwardError =>
  otherFile(file, 'it is no file envelope, and only those are signed')

function otherFile(file: string, why: string): GitwardError {
  return new GitwardError('SIGNATURE', `${file} is not what was signed: ${why}`, {
    hint: 'ask the sender for the file and its .sig once more',
  })
}

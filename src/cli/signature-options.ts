import type { SigningChoice } from '../flows/files/sign.ts'
import { verifySigner, type Signed, type SignerChoice } from '../flows/files/signer.ts'
import { GitwardError } from '../core/errors.ts'
import type { CommandInput, OptionTable, Typed } from './command.ts'

const WORDS: OptionTable = {
  name: {
    kind: 'value',
    value: 'NAME',
    help: 'what the signature calls the envelope (default: its base name)',
  },
  round: { kind: 'value', value: 'N', help: 'number of the round that the signature is for (default: none)' },
  context: {
    kind: 'value',
    value: 'TEXT',
    help: 'what the signature is for (default: gitward/v1/signature)',
  },
}

export const SIGN_OPTIONS: OptionTable = {
  sign: { kind: 'value', value: 'KEY', help: 'write OUT.sig, a signature by this SSH key' },
  ...WORDS,
}

export const SIGNER_OPTIONS: OptionTable = {
  signer: {
    kind: 'value',
    value: 'FILE',
    help: 'open only what somebody in this allowed signers file of OpenSSH signed',
  },
  'signed-by': { kind: 'value', value: 'IDENTITY', help: 'who of them must have signed' },
  signature: { kind: 'value', value: 'FILE', help: 'the signature (default: FILE.sig)' },
  ...WORDS,
}

/** Who signs; undefined if nobody does. @throws {GitwardError} USAGE for words without a signature. */
export function signingOf(command: string, typed: Typed): SigningChoice | undefined {
  const key = typed.value('sign')
  if (key !== undefined) return { key, ...wordsOf(typed) }
  throwIfTyped(command, typed, 'sign', Object.keys(WORDS))
  return undefined
}

/** Verifies the signature that somebody asked for; undefined if nobody did. @throws {GitwardError} as `verifySigner`. */
export async function signedOf(
  command: string,
  file: string,
  input: CommandInput,
): Promise<Signed | undefined> {
  const { typed, surroundings } = input
  const signers = typed.value('signer')
  if (signers === undefined) {
    throwIfTyped(command, typed, 'signer', ['signed-by', 'signature', ...Object.keys(WORDS)])
    return undefined
  }
  const choice: SignerChoice = {
    signers,
    signedBy: typed.value('signed-by'),
    signature: typed.value('signature'),
    ...wordsOf(typed),
  }
  return verifySigner(surroundings.env, file, choice)
}

export const signedBy = (file: string, { signer }: Signed): string =>
  `${file === '-' ? 'standard input' : file}: signed by ${signer}`

const wordsOf = (typed: Typed) =>
  Object.fromEntries(
    Object.keys(WORDS).flatMap(word => {
      const value = typed.value(word)
      return value === undefined ? [] : [[word, value]]
    }),
  )

function throwIfTyped(command: string, typed: Typed, needed: string, options: readonly string[]): void {
  const stray = options.find(option => typed.value(option) !== undefined)
  if (stray === undefined) return
  throw new GitwardError(
    'USAGE',
    `${command}: --${stray} says something of a signature: it goes with --${needed}`,
    {
      hint: `gitward ${command} --help`,
    },
  )
}

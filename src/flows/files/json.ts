import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { openJsonUnverified } from '../../envelope/json-stream.ts'
import { JSON_BACK_BYTES, JSON_FRONT_BYTES, parseJsonFrame } from '../../envelope/json.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import type { SealedMessage } from '../../envelope/synthetic.ts'
import type { FileEffects } from './effects.ts'
import type { InputFile } from './input.ts'
import { broken, openNamed, orBroken } from './open-envelope.ts'
import { keyOf } from './opening.ts'
import type { Output } from './output.ts'
import { STANDARD_INPUT } from './standard-input.ts'

/** Opens a JSON envelope that is in memory. @throws {GitwardError} as `decryptFile`. */
export function openJsonBytes(effects: FileEffects, name: string, bytes: Bytes): Bytes {
  const what = recognise(bytes)
  if (what.kind === 'malformed' || what.kind === 'unsupported') throw broken(what.reason, name)
  if (!isEnvelope(what)) throw notEncrypted(name)
  return openNamed(keyOf(effects, name, what.kid).key, what, name)
}

/** Opens a JSON envelope piece by piece, when all of it is known to be genuine: it is read twice. */
export async function openJsonFile(
  effects: FileEffects,
  input: InputFile,
  write: (work: (out: Output) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { frame, key } = await verifiedJson(effects, input)
  await write(out => pour(input.name, openJsonUnverified(key, frame, digitsOf(input)), out))
}

/** @returns bytes of plaintext that authenticate. */
export async function verifyJsonFile(effects: FileEffects, input: InputFile): Promise<number> {
  return (await verifiedJson(effects, input)).length
}

async function verifiedJson(effects: FileEffects, input: InputFile) {
  const frame = frameOf(input)
  const { key } = keyOf(effects, input.name, frame.kid)
  let length = 0
  await orBroken(
    input.name,
    (async () => {
      for await (const plaintext of openJsonUnverified(key, frame, digitsOf(input))) {
        length += plaintext.length
        plaintext.fill(0)
      }
    })(),
  )
  return { frame, key, length }
}

/** @throws {GitwardError} MALFORMED or UNSUPPORTED_VERSION, with the file's name. */
export function frameOf(input: InputFile): Omit<SealedMessage, 'ciphertext'> {
  try {
    return parseJsonFrame(input.start(JSON_FRONT_BYTES), input.end(JSON_BACK_BYTES), input.length)
  } catch (error) {
    throw error instanceof GitwardError ? broken(error, input.name) : error
  }
}

/** By the length of the base64 digits and their padding. */
export function jsonPlaintextLength(input: InputFile): number {
  const digits = input.length - JSON_FRONT_BYTES - JSON_BACK_BYTES
  const padding = input
    .end(JSON_BACK_BYTES + 2)
    .subarray(0, 2)
    .filter(byte => byte === PAD).length
  return (digits / 4) * 3 - padding
}

const PAD = '='.charCodeAt(0)

const digitsOf = (input: InputFile) => input.pieces(JSON_FRONT_BYTES, input.length - JSON_BACK_BYTES)

/** Writes what a generator makes, and names the file in whatever it finds wrong. */
export function pour(
  name: string,
  pieces: AsyncGenerator<Bytes>,
  output: Output,
  elsewhere?: string,
): Promise<void> {
  return orBroken(
    name,
    (async () => {
      for await (const piece of pieces) output.write(piece)
    })(),
    elsewhere,
  )
}

export const notEncrypted = (
  name: string,
  hint = name === STANDARD_INPUT ? 'gitward inspect FILE' : `gitward encrypt ${name}`,
): GitwardError => new GitwardError('USAGE', `${name} is not encrypted by gitward`, { hint })

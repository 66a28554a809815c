import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { primitives } from '../../crypto/node.ts'
import { CBC_BLOCK_BYTES, cbcOpening } from '../../crypto/old-formats.ts'
import { ByteSource } from '../../model/byte-source.ts'
import type { FileEffects } from './effects.ts'
import { importFile, type ImportOptions } from './import.ts'
import type { InputFile } from './input.ts'

const PIECE_BYTES = 1 << 20

/**
 * Seals anew what a file of IV || AES-256-CBC ciphertext holds, with PKCS #7 padding and SHA-256 of a password as key.
 * Nothing in that format says whether the password was right or the file is whole.
 * @throws {GitwardError} MALFORMED for an impossible length, WRONG_KEY if there is no padding; as `encryptFile`.
 */
export async function importAesCbc(
  effects: FileEffects,
  file: string,
  password: Bytes,
  options: ImportOptions,
): Promise<void> {
  const key = primitives.sha256().update(password).digest()
  try {
    await importFile(effects, file, input => opened(input, key), options)
  } finally {
    key.fill(0)
  }
}

function opened(input: InputFile, key: Bytes): () => ByteSource {
  if (input.length < 2 * CBC_BLOCK_BYTES || input.length % CBC_BLOCK_BYTES !== 0)
    throw new GitwardError(
      'MALFORMED',
      `${input.name} is no such file: it is not an IV and whole blocks of 16 bytes`,
      { hint: `ls -l ${shellWord(input.name)}` },
    )
  return () => new ByteSource(plaintextOf(input, key))
}

async function* plaintextOf(input: InputFile, key: Bytes): AsyncGenerator<Bytes> {
  const source = input.source()
  const opening = cbcOpening(key, await source.take(CBC_BLOCK_BYTES))
  for (;;) {
    const blocks = await source.take(PIECE_BYTES)
    if (blocks.length === 0) break
    yield opening.update(blocks)
  }
  const end = opening.end()
  // one message for every cause: there is nothing to tell a wrong password from a damaged file
  if (!end)
    throw new GitwardError('WRONG_KEY', `${input.name}: the password is another, or the file was damaged`, {
      hint: 'the password that the script used, or another copy of the file',
    })
  yield end
}

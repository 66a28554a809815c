import { fromBase64 } from '../../core/base64.ts'
import { decodeUtf8, fromHex, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { isAesKeyLength, openAnyGcm } from '../../crypto/old-formats.ts'
import { TAG_BYTES } from '../../crypto/primitives.ts'
import { ByteSource } from '../../model/byte-source.ts'
import type { FileEffects } from './effects.ts'
import { importFile, type ImportOptions } from './import.ts'
import type { InputFile } from './input.ts'

const MEMBERS = ['nonce', 'ciphertext', 'tag'] as const
const NONCE_LENGTHS = new Set([12, 16])
/** Node holds no longer text in one piece. */
const MAX_FILE_BYTES = 2 ** 29 - 2 ** 10

type Sealed = Readonly<Record<(typeof MEMBERS)[number], Bytes>>

/**
 * Seals anew what a bare JSON object of `nonce`, `ciphertext` and `tag` holds, each in base64: AES-GCM without aad.
 * `key` is 16, 24 or 32 bytes, or their base64 or hex.
 * @throws {GitwardError} MALFORMED for anything else, WRONG_KEY if the tag does not verify; as `encryptFile`.
 */
export async function importAesGcmJson(
  effects: FileEffects,
  file: string,
  key: Bytes,
  options: ImportOptions,
): Promise<void> {
  const keys = spellingsOf(key)
  if (keys.length === 0)
    throw new GitwardError('USAGE', 'the key is not 16, 24 or 32 bytes, nor their base64 or hex', {
      hint: 'gitward import --help',
    })
  try {
    await importFile(effects, file, input => opened(input, keys), options)
  } finally {
    for (const each of keys) each.fill(0)
  }
}

/** What the bytes may mean; 32 digits of hex are 32 bytes too, and the tag tells which. */
function spellingsOf(given: Bytes): Bytes[] {
  const text = decodeUtf8(given)?.trim()
  const decoded = text === undefined ? [] : [fromHex(text.toLowerCase()), fromBase64(text)]
  return [Uint8Array.from(given), ...decoded].filter(
    key => key !== null && isAesKeyLength(key.length),
  ) as Bytes[]
}

function opened(input: InputFile, keys: readonly Bytes[]): () => ByteSource {
  const { nonce, ciphertext, tag } = parsed(input)
  for (const key of keys) {
    const plaintext = openAnyGcm(key, nonce, ciphertext, tag)
    if (plaintext) return () => new ByteSource(once(plaintext))
  }
  throw new GitwardError('WRONG_KEY', `${input.name}: the key is another, or the file was changed`, {
    hint: 'the key that the script used, or another copy of the file',
  })
}

async function* once(bytes: Bytes): AsyncGenerator<Bytes> {
  yield bytes
}

function parsed(input: InputFile): Sealed {
  if (input.length > MAX_FILE_BYTES) throw malformed(input, 'it is longer than 512 MiB')
  const value = jsonOf(input)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(input, 'it holds no JSON object')
  const stray = Object.keys(value).find(name => !MEMBERS.includes(name as never))
  if (stray !== undefined) throw malformed(input, `it has a member ${stray}`)
  const sealed = Object.fromEntries(
    MEMBERS.map(name => {
      const text = (value as Partial<Record<string, unknown>>)[name]
      const bytes = typeof text === 'string' ? fromBase64(text) : null
      if (!bytes) throw malformed(input, `its ${name} is missing or no base64`)
      return [name, bytes]
    }),
  ) as Sealed
  if (!NONCE_LENGTHS.has(sealed.nonce.length)) throw malformed(input, 'its nonce has not 12 or 16 bytes')
  if (sealed.tag.length !== TAG_BYTES) throw malformed(input, 'its tag has not 16 bytes')
  return sealed
}

function jsonOf(input: InputFile): unknown {
  const text = decodeUtf8(input.start(input.length))
  if (text === null) throw malformed(input, 'it is no text')
  try {
    return JSON.parse(text)
  } catch {
    throw malformed(input, 'it is no JSON') // the parser's message would quote the file
  }
}

const malformed = ({ name }: InputFile, why: string) =>
  new GitwardError('MALFORMED', `${name} is no object of nonce, ciphertext and tag alone: ${why}`, {
    hint: `gitward inspect ${shellWord(name)}`,
  })

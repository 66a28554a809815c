import { concat, toHex, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { cobblestone, sealChunks, SEALED_CHUNK_BYTES } from '../../../src/crypto/cobblestone.ts'
import { primitives } from '../../../src/crypto/node.ts'
import { parseFileEnvelope, sealFile } from '../../../src/envelope/file.ts'
import { KEY, OTHER_KEY } from '../keys.ts'
import {
  bad,
  base64,
  flipped,
  good,
  ofKey,
  scopeVectors,
  sha256,
  type Extra,
  type GoldenFile,
  type Outcome,
  type Vector,
} from './vector.ts'

/** `length` bytes, each 16 KiB of them different: byte i is i + floor(i / 256). */
const long = (length: number): Bytes => Uint8Array.from({ length }, (_, i) => (i + Math.floor(i / 256)) % 256)

export function files(): GoldenFile {
  const small = utf8('weights')
  const envelope = sealFile(KEY, small)
  const [chunks, otherChunks] = [chunked(long(2 * 16_384 + 3)), chunked(long(2 * 16_384 + 3).reverse())]
  const [first, second, third] = chunks.list
  const withByte = (at: number, byte: number) => Uint8Array.from(envelope).fill(byte, at, at + 1)
  const success = (name: string, comment: string, source: Bytes, steps?: Vector['steps']) =>
    good(name, comment, base64(sealFile(KEY, source)), {
      ...(source.length > 256 ? { plaintextSha256: sha256(source) } : { plaintext: toHex(source) }),
      ...(steps && { steps }),
    })
  const fail = (outcome: Outcome, name: string, comment: string, bytes: Bytes, extra: Extra = {}) =>
    bad(outcome, name, comment, base64(bytes), extra)
  return {
    about: 'repository file envelopes: envelope is base64 of the whole file',
    vectors: [
      success('small', 'one chunk', small, fileSteps(small)),
      success('one-byte', 'the shortest file that has an envelope', utf8('x')),
      success('16384-bytes', 'one whole chunk and an empty one', long(16_384)),
      success('16385-bytes', 'one whole chunk and one byte', long(16_385)),
      ...scopeVectors(base64(envelope), toHex(small), {}),
      fail('tag-mismatch', 'changed-salt', 'one bit: the commitment differs', flipped(envelope, 20)),
      fail('tag-mismatch', 'changed-commitment', 'one bit', flipped(envelope, 75)),
      fail('tag-mismatch', 'changed-ciphertext', 'one bit', flipped(envelope, 76)),
      fail('tag-mismatch', 'changed-tag', 'one bit', flipped(envelope, envelope.length - 1)),
      fail('tag-mismatch', 'cut', 'the last byte is missing', envelope.subarray(0, -1)),
      fail('tag-mismatch', 'extended', 'one more byte', concat(envelope, Uint8Array.of(0))),
      fail(
        'tag-mismatch',
        'renamed',
        'the kid was replaced by that of the key at hand: the commitment differs',
        concat(envelope.subarray(0, 12), OTHER_KEY.kid, envelope.subarray(20)),
        ofKey(OTHER_KEY),
      ),
      fail('tag-mismatch', 'swapped-chunks', 'chunks 0 and 1', concat(chunks.front, second!, first!, third!)),
      fail(
        'tag-mismatch',
        'repeated-chunk',
        'chunk 0 in place of chunk 1',
        concat(chunks.front, first!, first!, third!),
      ),
      fail(
        'tag-mismatch',
        'spliced-chunk',
        'chunk 1 of another file of the key',
        concat(chunks.front, first!, otherChunks.list[1]!, third!),
      ),
      fail('malformed', 'last-chunk-missing', 'it ends with a whole chunk', concat(chunks.front, first!)),
      fail('malformed', 'header-alone', 'no chunk at all', envelope.subarray(0, 76)),
      fail('malformed', 'inside-header', 'it ends inside the kid', envelope.subarray(0, 15)),
      fail('malformed', 'no-magic', 'the first byte differs', withByte(0, 0x88)),
      fail(
        'malformed',
        'line-ends',
        'a transfer turned CRLF to LF',
        concat(envelope.subarray(0, 4), envelope.subarray(5)),
      ),
      fail('malformed', 'holds-nothing', 'an empty file has no envelope', emptyFile()),
      fail('malformed', 'portable-with-kid', 'a portable file names no repository key', withByte(11, 1)),
      fail('unsupported-version', 'version-2', 'a later version', withByte(8, 2)),
      fail('unsupported-version', 'suite-2', 'another suite', withByte(9, 2)),
      fail('unsupported-version', 'flags-2', 'a flag that is not assigned', withByte(11, 2)),
    ],
  }
}

function fileSteps(source: Bytes): Record<string, string> {
  const { header, salt } = parseFileEnvelope(sealFile(KEY, source))
  const context = concat(utf8('gitward/v1/file\0'), header)
  const info = concat(utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'), salt, context)
  const inputKey = KEY.subkey('file/aead')
  const derived = toHex(primitives.hkdfExpandSha512(inputKey, info, 76))
  return {
    kid: toHex(KEY.kid),
    context: toHex(context),
    saltSubkey: toHex(KEY.subkey('file/salt')),
    leaf: sha256(source),
    salt: toHex(salt),
    inputKey: toHex(inputKey),
    chunkKey: derived.slice(0, 64),
    baseNonce: derived.slice(64, 88),
    commitment: derived.slice(88),
  }
}

/** What no writer makes: an envelope whose message is empty. */
function emptyFile(): Bytes {
  const { header, salt } = parseFileEnvelope(sealFile(KEY, utf8('x')))
  const message = cobblestone(KEY.subkey('file/aead'), salt, concat(utf8('gitward/v1/file\0'), header))
  return concat(header, salt, message.commitment, sealChunks(message, new Uint8Array(0)))
}

function chunked(source: Bytes): { front: Bytes; list: Bytes[] } {
  const envelope = sealFile(KEY, source)
  const list: Bytes[] = []
  for (let at = 76; at < envelope.length; at += SEALED_CHUNK_BYTES)
    list.push(envelope.subarray(at, at + SEALED_CHUNK_BYTES))
  return { front: envelope.subarray(0, 76), list }
}

import { concat, lengthPrefixed, u64be, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import {
  cobblestone,
  openChunks,
  SALT_BYTES,
  sealedLength,
  sealRun,
  type Cobblestone,
} from '../crypto/cobblestone.ts'
import type { EpochKey } from '../crypto/epoch-key.ts'
import { primitives } from '../crypto/node.ts'
import {
  fileContext,
  parseFileHeader,
  repositoryHeader,
  type FileFront,
  type FileHeader,
} from './file-header.ts'
import { assertNamed } from './named-key.ts'

/** The salt of a repository file covers one hash for each of these. */
export const LEAF_BYTES = 1 << 20

/** A file envelope by its form: nothing in it is authenticated yet (SPEC "File envelope"). */
export interface FileEnvelope extends FileHeader {
  /** The sealed chunks. */
  readonly chunks: Bytes
}

/** What the chunks of one file are sealed under: the inputs of Cobblestone-256. */
export interface FileMessage {
  readonly inputKey: Bytes
  readonly salt: Bytes
  readonly context: Bytes
}

/**
 * @throws {GitwardError} UNSUPPORTED_VERSION for a version, suite or flags of the future; MALFORMED for bytes
 *   no gitward wrote.
 */
export function parseFileEnvelope(bytes: Bytes): FileEnvelope {
  const header = parseFileHeader(bytes, bytes.length)
  return { ...header, chunks: bytes.subarray(header.chunksAt) }
}

/**
 * Seals a whole file under a repository key: deterministic, so that unchanged files keep their blob.
 * An empty file has no envelope: it stays empty.
 */
export function sealFile(key: EpochKey, plaintext: Bytes): Bytes {
  if (plaintext.length === 0) return plaintext
  const header = repositoryHeader(key.kid)
  const salt = repositorySalt(key, header, plaintext.length, leafHashes(plaintext))
  const message = cobblestoneOf(repositoryMessage(key, header, salt))
  const front = concat(header, salt, message.commitment)
  const envelope = new Uint8Array(front.length + sealedLength(plaintext.length)) // filled in place: it may be large
  envelope.set(front)
  sealRun(message, 0, plaintext, envelope.subarray(front.length))
  return envelope
}

/**
 * Opens a repository file under the key that its kid names.
 * @throws {GitwardError} WRONG_KEY if its kid names another key; TAMPERED if header, salt, commitment, any chunk
 *   or the end is not what was sealed.
 */
export function openFile(key: EpochKey, envelope: FileEnvelope): Bytes {
  const message = openMessage(openingMessage(key, envelope), envelope)
  const plaintext = openChunks(message, envelope.chunks)
  if (!plaintext) throw fileTampered('a chunk does not authenticate')
  return plaintext
}

/** What a repository file opens with. @throws {GitwardError} WRONG_KEY if its kid names another key. */
export function openingMessage(key: EpochKey, { kid, header, salt }: FileFront): FileMessage {
  assertNamed(kid, key)
  return repositoryMessage(key, header, salt)
}

/** Comes before any chunk. @throws {GitwardError} TAMPERED if key, header or salt is another. */
export function openMessage(
  message: FileMessage,
  { commitment }: Pick<FileFront, 'commitment'>,
): Cobblestone {
  const opening = cobblestoneOf(message)
  if (!primitives.equal(opening.commitment, commitment)) throw fileTampered('its commitment does not verify')
  return opening
}

export const cobblestoneOf = ({ inputKey, salt, context }: FileMessage): Cobblestone =>
  cobblestone(inputKey, salt, context)

export const repositoryMessage = (key: EpochKey, header: Bytes, salt: Bytes): FileMessage => ({
  inputKey: key.subkey('file/aead'),
  salt,
  context: fileContext(header),
})

/**
 * HMAC-SHA-256(subkey(file/salt), LP(context) || u64be(length) || SHA-256 of each 1 MiB leaf)[0..24].
 * `leaves` are the hashes, joined.
 */
export function repositorySalt(key: EpochKey, header: Bytes, length: number, leaves: Bytes): Bytes {
  const mac = primitives.hmacSha256(key.subkey('file/salt'))
  mac
    .update(lengthPrefixed(fileContext(header)))
    .update(u64be(length))
    .update(leaves)
  return mac.digest().subarray(0, SALT_BYTES)
}

export const leafHash = (leaf: Bytes): Bytes => primitives.sha256().update(leaf).digest()

function leafHashes(plaintext: Bytes): Bytes {
  const hashes: Bytes[] = []
  for (let at = 0; at < plaintext.length; at += LEAF_BYTES)
    hashes.push(leafHash(plaintext.subarray(at, at + LEAF_BYTES)))
  return concat(...hashes)
}

export const fileTampered = (why: string): GitwardError =>
  new GitwardError('TAMPERED', `the file envelope was changed: ${why}`)

import { concat, lengthPrefixed, startsWith, u64be, utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import {
  cobblestone,
  COMMITMENT_BYTES,
  openChunks,
  openedLength,
  SALT_BYTES,
  sealChunks,
  type Cobblestone,
} from '../crypto/cobblestone.ts'
import { KID_BYTES, type EpochKey } from '../crypto/epoch-key.ts'
import { primitives } from '../crypto/node.ts'
import { assertNamed } from './named-key.ts'

/** Like PNG's: no text file starts so, and a transfer that changes line ends breaks it. */
export const FILE_MAGIC = Uint8Array.of(0x89, 0x47, 0x57, 0x44, 0x0d, 0x0a, 0x1a, 0x0a)
const FILE_VERSION = 1
const SUITE_COBBLESTONE_256 = 1
const FLAGS_REPOSITORY = 0x0000
const FLAGS_PORTABLE = 0x0001
/** Magic, version, suite, flags, kid. */
export const HEADER_BYTES = 20
const KEYSLOT_UNIT_BYTES = 4096
const MAX_KEYSLOT_BYTES = 1 << 20
const LEAF_BYTES = 1 << 20
const CONTEXT = utf8('gitward/v1/file\0')

/** A file envelope by its form: nothing in it is authenticated yet (SPEC "File envelope"). */
export interface FileEnvelope {
  readonly portable: boolean
  readonly header: Bytes
  readonly kid: Bytes
  readonly salt: Bytes
  readonly commitment: Bytes
  /** The sealed chunks. */
  readonly chunks: Bytes
}

/**
 * @throws {GitwardError} UNSUPPORTED_VERSION for a version, suite or flags of the future; MALFORMED for bytes
 *   no gitward wrote.
 */
export function parseFileEnvelope(bytes: Bytes): FileEnvelope {
  if (!startsWith(bytes, FILE_MAGIC)) throw malformed('the magic bytes are missing')
  if (bytes.length < HEADER_BYTES) throw malformed('it ends inside the header')
  const [version, suite, flagsHigh, flagsLow] = bytes.subarray(8, 12)
  const flags = (flagsHigh! << 8) | flagsLow!
  if (version !== FILE_VERSION) throw unsupported(`version ${version}`)
  if (suite !== SUITE_COBBLESTONE_256) throw unsupported(`suite ${suite}`)
  if (flags !== FLAGS_REPOSITORY && flags !== FLAGS_PORTABLE) throw unsupported(`flags ${flags}`)
  const header = bytes.subarray(0, HEADER_BYTES)
  const kid = header.subarray(HEADER_BYTES - KID_BYTES)
  const portable = flags === FLAGS_PORTABLE
  const saltAt = HEADER_BYTES + (portable ? keyslotAreaLength(bytes, kid) : 0)
  const commitmentAt = saltAt + SALT_BYTES
  const chunksAt = commitmentAt + COMMITMENT_BYTES
  const chunks = bytes.subarray(chunksAt)
  if (bytes.length < chunksAt || openedLength(chunks.length) === null) throw malformed('it is cut short')
  if (!portable && openedLength(chunks.length) === 0)
    throw malformed('it holds nothing: empty files stay empty')
  return {
    portable,
    header,
    kid,
    salt: bytes.subarray(saltAt, commitmentAt),
    commitment: bytes.subarray(commitmentAt, chunksAt),
    chunks,
  }
}

/** u32be S || two slots of S bytes; portable files name no epoch key. */
function keyslotAreaLength(bytes: Bytes, kid: Bytes): number {
  if (kid.some(byte => byte !== 0)) throw malformed('a portable file names no repository key')
  if (bytes.length < HEADER_BYTES + 4) throw malformed('it ends inside the keyslot area')
  const slot = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEADER_BYTES)
  if (slot === 0 || slot % KEYSLOT_UNIT_BYTES !== 0 || slot > MAX_KEYSLOT_BYTES)
    throw malformed('the keyslot size is wrong')
  return 4 + 2 * slot
}

/**
 * Seals a whole file under a repository key: deterministic, so that unchanged files keep their blob.
 * An empty file has no envelope: it stays empty.
 */
export function sealFile(key: EpochKey, plaintext: Bytes): Bytes {
  if (plaintext.length === 0) return plaintext
  const header = concat(FILE_MAGIC, Uint8Array.of(FILE_VERSION, SUITE_COBBLESTONE_256, 0, 0), key.kid)
  const salt = fileSalt(key, header, plaintext)
  const message = fileMessage(key, header, salt)
  return concat(header, salt, message.commitment, sealChunks(message, plaintext))
}

/**
 * Opens a repository file under the key that its kid names.
 * @throws {GitwardError} WRONG_KEY if its kid names another key; TAMPERED if header, salt, commitment, any chunk
 *   or the end is not what was sealed.
 */
export function openFile(key: EpochKey, envelope: FileEnvelope): Bytes {
  assertNamed(envelope.kid, key)
  const message = fileMessage(key, envelope.header, envelope.salt)
  if (!primitives.equal(message.commitment, envelope.commitment))
    throw tampered('its commitment does not verify')
  const plaintext = openChunks(message, envelope.chunks)
  if (!plaintext) throw tampered('a chunk does not authenticate')
  return plaintext
}

const fileContext = (header: Bytes): Bytes => concat(CONTEXT, header)

const fileMessage = (key: EpochKey, header: Bytes, salt: Bytes): Cobblestone =>
  cobblestone(key.subkey('file/aead'), salt, fileContext(header))

/** HMAC-SHA-256(subkey(file/salt), LP(context) || u64be(length) || SHA-256 of each 1 MiB leaf)[0..24]. */
function fileSalt(key: EpochKey, header: Bytes, plaintext: Bytes): Bytes {
  const mac = primitives.hmacSha256(key.subkey('file/salt'))
  mac.update(lengthPrefixed(fileContext(header))).update(u64be(plaintext.length))
  for (let at = 0; at < plaintext.length; at += LEAF_BYTES) {
    mac.update(
      primitives
        .sha256()
        .update(plaintext.subarray(at, at + LEAF_BYTES))
        .digest(),
    )
  }
  return mac.digest().subarray(0, SALT_BYTES)
}

const malformed = (why: string) => new GitwardError('MALFORMED', `not a whole file envelope: ${why}`)
const tampered = (why: string) => new GitwardError('TAMPERED', `the file envelope was changed: ${why}`)
const unsupported = (what: string) =>
  new GitwardError(
    'UNSUPPORTED_VERSION',
    `this file envelope has ${what}, which this gitward does not know`,
    {
      hint: 'npm install --global gitward@latest',
    },
  )

import { concat, startsWith, utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { COMMITMENT_BYTES, openedLength, SALT_BYTES } from '../crypto/cobblestone.ts'
import { KID_BYTES } from '../crypto/epoch-key.ts'
import { TAG_BYTES } from '../crypto/primitives.ts'
import { isSlotSize } from './keyslots.ts'

/** Like PNG's: no text file starts so, and a transfer that changes line ends breaks it. */
export const FILE_MAGIC = Uint8Array.of(0x89, 0x47, 0x57, 0x44, 0x0d, 0x0a, 0x1a, 0x0a)
const FILE_VERSION = 1
const SUITE_COBBLESTONE_256 = 1
const FLAGS_REPOSITORY = 0x0000
const FLAGS_PORTABLE = 0x0001
/** Magic, version, suite, flags, kid. */
export const HEADER_BYTES = 20
/** With the size of the keyslots behind it: enough to know how long all of the header is. */
export const FILE_START_BYTES = HEADER_BYTES + 4
const CONTEXT = utf8('gitward/v1/file\0')

/** What stands before the chunks of a file envelope, by its form: nothing in it is authenticated yet. */
export interface FileFront {
  readonly portable: boolean
  /** The first 20 bytes. */
  readonly header: Bytes
  readonly kid: Bytes
  /** The keyslot area of a portable file; else empty. */
  readonly keyslots: Bytes
  readonly salt: Bytes
  readonly commitment: Bytes
  /** Offset of the first chunk. */
  readonly chunksAt: number
}

/** The same with the length that the file's own length gives. */
export interface FileHeader extends FileFront {
  /** How many bytes were sealed, if the file is what it says. */
  readonly length: number
}

export const repositoryHeader = (kid: Bytes): Bytes => header(FLAGS_REPOSITORY, kid)
export const portableHeader = (): Bytes => header(FLAGS_PORTABLE, new Uint8Array(KID_BYTES))

const header = (flags: number, kid: Bytes): Bytes =>
  concat(FILE_MAGIC, Uint8Array.of(FILE_VERSION, SUITE_COBBLESTONE_256, flags >> 8, flags & 0xff), kid)

/** What Cobblestone-256 binds to every chunk. */
export const fileContext = (first20: Bytes): Bytes => concat(CONTEXT, first20)

/** How many bytes of a file `parseFileHeader` wants, by its first 24; none need be right. */
export function fileHeaderLength(start: Bytes): number {
  const fixed = HEADER_BYTES + SALT_BYTES + COMMITMENT_BYTES
  if (start.length < FILE_START_BYTES || flagsOf(start) !== FLAGS_PORTABLE) return fixed
  const slot = slotSizeIn(start)
  return isSlotSize(slot) ? fixed + 4 + 2 * slot : fixed
}

/**
 * Reads the header of a file of `fileLength` bytes from its first `fileHeaderLength` bytes, or more.
 * @throws {GitwardError} UNSUPPORTED_VERSION for a version, suite or flags of the future; MALFORMED for bytes
 *   no gitward wrote.
 */
export function parseFileHeader(start: Bytes, fileLength: number): FileHeader {
  if (!startsWith(start, FILE_MAGIC)) throw malformed('the magic bytes are missing')
  if (fileLength < HEADER_BYTES) throw malformed('it ends inside the header')
  const [version, suite] = start.subarray(FILE_MAGIC.length)
  const flags = flagsOf(start)
  if (version !== FILE_VERSION) throw unsupported(`version ${version}`)
  if (suite !== SUITE_COBBLESTONE_256) throw unsupported(`suite ${suite}`)
  if (flags !== FLAGS_REPOSITORY && flags !== FLAGS_PORTABLE) throw unsupported(`flags ${flags}`)
  const kid = start.subarray(HEADER_BYTES - KID_BYTES, HEADER_BYTES)
  const portable = flags === FLAGS_PORTABLE
  const saltAt = HEADER_BYTES + (portable ? keyslotAreaLength(start, fileLength, kid) : 0)
  const commitmentAt = saltAt + SALT_BYTES
  const chunksAt = commitmentAt + COMMITMENT_BYTES
  const length = openedLength(fileLength - chunksAt)
  if (fileLength < chunksAt || length === null) throw malformed('it is cut short')
  if (!portable && length === 0) throw malformed('it holds nothing: empty files stay empty')
  if (!portable && kid.every(byte => byte === 0)) throw malformed('it names no key')
  return {
    portable,
    header: start.subarray(0, HEADER_BYTES),
    kid,
    keyslots: start.subarray(HEADER_BYTES, saltAt),
    salt: start.subarray(saltAt, commitmentAt),
    commitment: start.subarray(commitmentAt, chunksAt),
    chunksAt,
    length,
  }
}

/** The same for a stream, whose length nobody knows yet. @throws {GitwardError} as `parseFileHeader`. */
export function parseStreamHeader(start: Bytes): FileFront {
  const isCut = start.length < fileHeaderLength(start)
  // behind a whole header, any length will do that a message can have
  return parseFileHeader(start, isCut ? start.length : start.length + TAG_BYTES + 1)
}

/** u32be S || two slots of S bytes; portable files name no epoch key. */
function keyslotAreaLength(start: Bytes, fileLength: number, kid: Bytes): number {
  if (kid.some(byte => byte !== 0)) throw malformed('a portable file names no repository key')
  if (fileLength < FILE_START_BYTES) throw malformed('it ends inside the keyslot area')
  const slot = slotSizeIn(start)
  if (!isSlotSize(slot)) throw malformed('the keyslot size is wrong')
  return 4 + 2 * slot
}

const viewOf = (bytes: Bytes): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const flagsOf = (start: Bytes): number => viewOf(start).getUint16(10)
const slotSizeIn = (start: Bytes): number => viewOf(start).getUint32(HEADER_BYTES)

const malformed = (why: string) => new GitwardError('MALFORMED', `not a whole file envelope: ${why}`)
const unsupported = (what: string) =>
  new GitwardError(
    'UNSUPPORTED_VERSION',
    `this file envelope has ${what}, which this gitward does not know`,
    {
      hint: 'npm install --global gitward@latest',
    },
  )

import type { Bytes } from '../../core/bytes.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { openFile as openFileEnvelope, parseFileEnvelope } from '../../envelope/file.ts'
import { openJson as openJsonEnvelope, parseJsonEnvelope } from '../../envelope/json.ts'

/**
 * Opens a repository file envelope. An empty file has no envelope: `sealFile` leaves it empty, and this refuses it.
 * @throws {GitwardError} MALFORMED or UNSUPPORTED_VERSION if `envelope` is none; WRONG_KEY if it names another key;
 *   TAMPERED if any byte is not what was sealed.
 */
export const openFile = (key: EpochKey, envelope: Bytes): Bytes =>
  openFileEnvelope(key, parseFileEnvelope(envelope))

/**
 * Opens a JSON envelope, given as the bytes of its one line.
 * @throws {GitwardError} as `openFile`.
 */
export const openJson = (key: EpochKey, envelope: Bytes): Bytes =>
  openJsonEnvelope(key, parseJsonEnvelope(envelope))

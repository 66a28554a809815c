import { startsWith, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import type { EpochKey } from '../crypto/epoch-key.ts'
import { FILE_MAGIC } from './file-header.ts'
import { openFile, parseFileEnvelope, type FileEnvelope } from './file.ts'
import { JSON_MAGIC, openJson, parseJsonEnvelope } from './json.ts'
import type { SealedMessage } from './synthetic.ts'

/** A whole file that is ciphertext by its form. */
export type Envelope =
  | { readonly kind: 'file'; readonly kid: Bytes; readonly file: FileEnvelope }
  | { readonly kind: 'json'; readonly kid: Bytes; readonly json: SealedMessage }

/** What a whole file is, by its form alone: no key is used and nothing is authenticated. */
export type Recognised =
  | Envelope
  /** Made by `encrypt -r`: opens with an age identity, never in a repository's protected paths. */
  | { readonly kind: 'portable'; readonly file: FileEnvelope }
  /** Starts like an envelope of a version, suite or flags that this gitward does not know. */
  | { readonly kind: 'unsupported'; readonly reason: GitwardError }
  /** Starts like an envelope and is none. */
  | { readonly kind: 'malformed'; readonly reason: GitwardError }
  | { readonly kind: 'plain' }

export function recognise(bytes: Bytes): Recognised {
  if (startsWith(bytes, FILE_MAGIC)) return orReason(() => asFile(parseFileEnvelope(bytes)))
  if (startsWith(bytes, JSON_MAGIC)) return orReason(() => asJson(parseJsonEnvelope(bytes)))
  return { kind: 'plain' }
}

export const isEnvelope = (what: Recognised): what is Envelope => what.kind === 'file' || what.kind === 'json'

/**
 * Opens a repository envelope of either kind under the key that its kid names.
 * @throws {GitwardError} TAMPERED.
 */
export function openEnvelope(key: EpochKey, envelope: Envelope): Bytes {
  return envelope.kind === 'file' ? openFile(key, envelope.file) : openJson(key, envelope.json)
}

const asFile = (file: FileEnvelope): Recognised =>
  file.portable ? { kind: 'portable', file } : { kind: 'file', kid: file.kid, file }

const asJson = (json: SealedMessage): Recognised => ({ kind: 'json', kid: json.kid, json })

function orReason(parse: () => Recognised): Recognised {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    return { kind: error.code === 'UNSUPPORTED_VERSION' ? 'unsupported' : 'malformed', reason: error }
  }
}

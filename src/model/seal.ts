import { concat, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { SALT_BYTES } from '../crypto/cobblestone.ts'
import type { EpochKey } from '../crypto/epoch-key.ts'
import { primitives } from '../crypto/node.ts'
import { fileContext, portableHeader, repositoryHeader } from '../envelope/file-header.ts'
import {
  cobblestoneOf,
  fileTampered,
  repositoryMessage,
  repositorySalt,
  type FileMessage,
} from '../envelope/file.ts'
import { changedInput, leavesFor, written, type BlockFailure } from './blocks.ts'
import { runTask, type Crew } from './parallel.ts'

/** A file that is read, and one that is written: both by position. */
export interface Ends {
  readonly input: number
  /** Bytes of the input. */
  readonly length: number
  readonly output: number
}

/** What stands before the chunks, and what they are sealed under. */
export interface Sealing {
  readonly front: Bytes
  readonly message: FileMessage
  /** The hashes that the salt was made of; null if it is random. */
  readonly leaves: SharedArrayBuffer | null
}

const NO_KEYSLOTS = new Uint8Array(0)

/** A portable file: a data key of its own, a random salt. */
export function portableSealing(dataKey: Bytes, keyslots: Bytes): Sealing {
  const header = portableHeader()
  const salt = primitives.random(SALT_BYTES)
  return sealingOf({ inputKey: dataKey, salt, context: fileContext(header) }, header, keyslots, null)
}

function sealingOf(
  message: FileMessage,
  header: Bytes,
  keyslots: Bytes,
  leaves: SharedArrayBuffer | null,
): Sealing {
  const front = concat(header, keyslots, message.salt, cobblestoneOf(message).commitment)
  return { front, message, leaves }
}

/**
 * Seals a whole file. An input that a salt was made of is hashed once more.
 * @throws {GitwardError} IO if a file cannot be read or written, or is another than the salt was made of.
 */
export async function sealInto({ input, length, output }: Ends, sealing: Sealing, crew: Crew): Promise<void> {
  const { front, message, leaves } = sealing
  done(written(output, [front], 0))
  const outputAt = front.length
  done(await runTask({ work: 'seal', input, inputAt: 0, length, message, output, outputAt, leaves }, crew))
}

/**
 * A repository file, as `sealFile` would: reads all of the input for the salt.
 * @throws {GitwardError} IO if it cannot be read.
 */
export async function repositorySealing(
  { input, length }: Omit<Ends, 'output'>,
  key: EpochKey,
  crew: Crew,
): Promise<Sealing> {
  return repositorySealingOf(key, length, await hashLeaves({ input, inputAt: 0, length }, crew))
}

/** The same for a message whose leaves are hashed already. */
export function repositorySealingOf(key: EpochKey, length: number, leaves: SharedArrayBuffer): Sealing {
  const header = repositoryHeader(key.kid)
  const salt = repositorySalt(key, header, length, new Uint8Array(leaves))
  return sealingOf(repositoryMessage(key, header, salt), header, NO_KEYSLOTS, leaves)
}

interface Range {
  readonly input: number
  readonly inputAt: number
  readonly length: number
}

/** SHA-256 of each 2^20 bytes of a range, joined. @throws {GitwardError} IO if it cannot be read. */
export async function hashLeaves(range: Range, crew: Crew): Promise<SharedArrayBuffer> {
  const leaves = leavesFor(range.length)
  done(await runTask({ work: 'hash', ...range, leaves }, crew))
  return leaves
}

/**
 * Opens the chunks of an envelope whose commitment was checked. `output` null: authenticates only.
 * @throws {GitwardError} TAMPERED if a chunk does not authenticate, IO.
 */
export async function openChunksOf(
  { input, inputAt, length }: Range,
  message: FileMessage,
  output: number | null,
  crew: Crew,
): Promise<void> {
  done(await runTask({ work: 'open', input, inputAt, length, message, output }, crew))
}

function done(failure: BlockFailure | null): void {
  if (!failure) return
  if (failure.why === 'tampered') throw fileTampered(`chunk ${failure.chunk} does not authenticate`)
  if (failure.why === 'changed') throw changedInput()
  const hint = failure.why === 'write' ? 'df -h .' : 'dmesg | tail'
  throw new GitwardError('IO', `a ${failure.why} failed: ${failure.errno}`, { hint })
}

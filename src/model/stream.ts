import type { Bytes } from '../core/bytes.ts'
import { openedLength, openRun, sealedLength, sealRun, type Cobblestone } from '../crypto/cobblestone.ts'
import { fileTampered } from '../envelope/file.ts'
import { BLOCK_BYTES, BLOCK_CHUNKS, changedInput, isLeaf, SEALED_BLOCK_BYTES } from './blocks.ts'
import type { ByteSource } from './byte-source.ts'

/**
 * Seals a message of unknown length, a block at a time. `leaves` are the hashes that its salt was made of, if it was.
 * @throws {GitwardError} IO if a leaf is another now.
 */
export async function* sealStream(
  message: Cobblestone,
  source: ByteSource,
  leaves: Bytes | null = null,
): AsyncGenerator<Bytes> {
  for (let block = 0; ; block++) {
    const plaintext = await source.take(BLOCK_BYTES)
    if (leaves && plaintext.length > 0 && !isLeaf(leaves, block, plaintext)) throw changedInput()
    const isLast = plaintext.length < BLOCK_BYTES
    const sealed = new Uint8Array(isLast ? sealedLength(plaintext.length) : SEALED_BLOCK_BYTES)
    sealRun(message, block * BLOCK_CHUNKS, plaintext, sealed)
    yield sealed
    if (isLast) return
  }
}

/**
 * Opens chunks that come to an end somewhere, a block at a time: each is authentic when it is given out, and that it
 * was the whole message is sure at the end.
 * @throws {GitwardError} TAMPERED if a chunk does not authenticate or the end is missing.
 */
export async function* openStream(message: Cobblestone, source: ByteSource): AsyncGenerator<Bytes> {
  for (let block = 0; ; block++) {
    const sealed = await source.take(SEALED_BLOCK_BYTES)
    const isLast = sealed.length < SEALED_BLOCK_BYTES
    const length = isLast ? openedLength(sealed.length) : BLOCK_BYTES
    if (length === null) throw fileTampered('it is cut short')
    const plaintext = new Uint8Array(length)
    const failed = openRun(message, block * BLOCK_CHUNKS, sealed, plaintext)
    if (failed !== null) throw fileTampered(`chunk ${failed} does not authenticate`)
    yield plaintext
    if (isLast) return
  }
}

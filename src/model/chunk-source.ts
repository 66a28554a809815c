import type { FileHandle } from 'node:fs/promises'
import { CHUNK_BYTES, openRun, SEALED_CHUNK_BYTES, type Cobblestone } from '../crypto/cobblestone.ts'
import { TAG_BYTES } from '../crypto/primitives.ts'
import type { FileHeader } from '../envelope/file-header.ts'
import { fileTampered } from '../envelope/file.ts'
import { BLOCK_CHUNKS, changedInput } from './blocks.ts'
import type { RangeSource } from './reader.ts'

/** Opened chunks that are kept for the next read: 1 MiB. */
const KEPT_CHUNKS = 64

/**
 * The message of a file envelope, at any offset. Whole chunks are opened straight into the caller's memory; of the
 * others the last ones are kept.
 * @throws {GitwardError} TAMPERED if the last chunk is not that of this message: then its length is not known either.
 */
export async function chunkSource(
  handle: FileHandle,
  { chunksAt, length: size }: FileHeader,
  message: Cobblestone,
): Promise<RangeSource> {
  const kept = new Map<number, Uint8Array>()
  const chunkLength = (index: number) => Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES)

  const openInto = async (first: number, into: Uint8Array, scratch: Uint8Array) => {
    const chunks = Math.max(Math.ceil(into.length / CHUNK_BYTES), 1)
    const sealed = scratch.subarray(0, into.length + chunks * TAG_BYTES)
    await readFrom(handle, sealed, chunksAt + first * SEALED_CHUNK_BYTES)
    const failed = openRun(message, first, sealed, into)
    if (failed !== null) throw fileTampered(`chunk ${failed} does not authenticate`)
  }

  /** Copies at once what is kept: while we wait, another read may forget it. */
  const copyPart = async (index: number, skip: number, part: Uint8Array) => {
    const known = kept.get(index)
    if (known) part.set(known.subarray(skip, skip + part.length))
    const opened = known ?? new Uint8Array(chunkLength(index))
    if (!known) {
      await openInto(index, opened, new Uint8Array(SEALED_CHUNK_BYTES))
      part.set(opened.subarray(skip, skip + part.length))
    }
    kept.delete(index)
    kept.set(index, opened)
    if (kept.size > KEPT_CHUNKS) forget(kept.keys().next().value!)
  }

  const forget = (index: number) => {
    kept.get(index)!.fill(0)
    kept.delete(index)
  }

  const fill = async (offset: number, into: Uint8Array) => {
    // one for all blocks of a read, and none is shared by two reads
    const scratch = new Uint8Array(
      Math.min(Math.ceil(into.length / CHUNK_BYTES), BLOCK_CHUNKS) * SEALED_CHUNK_BYTES,
    )
    for (let at = 0; at < into.length;) {
      const index = Math.floor((offset + at) / CHUNK_BYTES)
      const skip = (offset + at) % CHUNK_BYTES
      const whole = skip === 0 ? Math.min(Math.floor((into.length - at) / CHUNK_BYTES), BLOCK_CHUNKS) : 0
      const part =
        whole > 0
          ? into.subarray(at, at + whole * CHUNK_BYTES)
          : into.subarray(at, at + chunkLength(index) - skip)
      if (whole > 0) await openInto(index, part, scratch)
      else await copyPart(index, skip, part)
      at += part.length
    }
  }

  await copyPart(Math.floor(size / CHUNK_BYTES), 0, new Uint8Array(0))
  return {
    size,
    fill,
    async close() {
      await handle.close()
      for (const index of kept.keys()) forget(index)
    },
  }
}

/** A file that is not encrypted. */
export const plainSource = (handle: FileHandle, size: number): RangeSource => ({
  size,
  fill: (offset, into) => readFrom(handle, into, offset),
  close: () => handle.close(),
})

async function readFrom(handle: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < into.length;) {
    const { bytesRead } = await handle.read(
      into,
      at,
      Math.min(into.length - at, MAX_READ_BYTES),
      position + at,
    )
    if (bytesRead === 0) throw changedInput()
    at += bytesRead
  }
}

/** The system reads no more than 2 GiB at once. */
const MAX_READ_BYTES = 1 << 26

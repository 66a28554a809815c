import { constants } from 'node:buffer'
import { GitwardError } from '../core/errors.ts'
import { BLOCK_BYTES } from './blocks.ts'

/** Bytes at offsets, from wherever they come. */
export interface RangeSource {
  /** Bytes of the opened file. */
  readonly size: number
  /** Fills `into` with the bytes from `offset` on, which are inside the file. */
  fill(offset: number, into: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** A range of a file: `start` in front of `end`. */
export interface Range {
  readonly start?: number
  readonly end?: number
}

/**
 * An encrypted file, opened in memory: only what is read is decrypted, and nothing is written anywhere.
 * Whatever is given out has been authenticated, at its place in this file.
 */
export interface Model {
  /** Bytes of the opened file. */
  readonly size: number
  /**
   * `length` bytes from `offset` on, in a new array.
   * @throws {GitwardError} USAGE outside the file or after `close`; TAMPERED if a chunk does not authenticate; IO.
   */
  read(offset: number, length: number): Promise<Uint8Array>
  /** The same into memory of the caller: as much as it holds. */
  readInto(offset: number, into: Uint8Array): Promise<void>
  /** All bytes, or those of a range, in pieces of up to 1 MiB: `Readable.from(model.stream())` makes a stream of it. */
  stream(range?: Range): AsyncGenerator<Uint8Array>
  /** All bytes. @throws {GitwardError} USAGE if they are more than one array of this Node can hold. */
  bytes(): Promise<Uint8Array>
  /** Ends it and overwrites what it kept. What was given out is the caller's. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export function modelOf(source: RangeSource): Model {
  const { size } = source
  let isClosed = false
  const close = async () => {
    isClosed = true
    await source.close()
  }
  const readInto = async (offset: number, into: Uint8Array) => {
    if (isClosed) throw usage('the model is closed', 'open it again')
    assertInside(offset, into.length, size)
    await source.fill(offset, into)
  }
  const read = async (offset: number, length: number) => {
    if (isClosed) throw usage('the model is closed', 'open it again')
    assertInside(offset, length, size)
    const into = allocated(length)
    await readInto(offset, into)
    return into
  }
  return {
    size,
    read,
    readInto,
    async *stream({ start = 0, end = size } = {}) {
      assertInside(start, end - start, size)
      for (let at = start; at < end; at += BLOCK_BYTES) yield await read(at, Math.min(BLOCK_BYTES, end - at))
    },
    bytes: () => read(0, size),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function assertInside(offset: number, length: number, size: number): void {
  const isRange = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
  if (isRange && offset + length <= size) return
  throw usage(
    `bytes ${offset} to ${offset + length} are not inside the ${size} of the model`,
    'model.size says how many there are',
  )
}

/** Node 20 holds 4 GiB in one array, and less if the machine has less. */
function allocated(length: number): Uint8Array {
  try {
    if (length <= constants.MAX_LENGTH) return new Uint8Array(length)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw usage(
    `${length} bytes do not fit into one array of this Node, which holds ${constants.MAX_LENGTH} at most`,
    'use read(offset, length) or stream()',
  )
}

const usage = (message: string, hint: string) => new GitwardError('USAGE', message, { hint })

export const memorySource = (bytes: Uint8Array): RangeSource => ({
  size: bytes.length,
  fill: async (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  close: async () => {
    bytes.fill(0)
  },
})

import { closeSync, constants, createReadStream, fstatSync, openSync, type BigIntStats } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { changedInput } from '../../model/blocks.ts'
import { ByteSource } from '../../model/byte-source.ts'
import { readFully } from '../../model/positional.ts'
import { cannotRead } from '../disk.ts'

const PIECE_BYTES = 1 << 20

/** A regular file that is open for reading. */
export interface InputFile {
  readonly name: string
  readonly fd: number
  /** Bytes. */
  readonly length: number
  /** Its first bytes; fewer if it is shorter. */
  start(length: number): Bytes
  /** Its last bytes; fewer if it is shorter. */
  end(length: number): Bytes
  /** All of it from `start` on. */
  source(start?: number): ByteSource
  /** The bytes from `start` to `end` in pieces of 1 MiB, the same each time. */
  pieces(start: number, end: number): AsyncIterable<Bytes>
  /** @throws {GitwardError} IO if it was written to since it was opened. */
  assertUnchanged(): void
}

/**
 * Opens a regular file for `work`, and closes it.
 * @throws {GitwardError} IO for a missing file or a folder, USAGE for a pipe or device.
 */
export async function withInput<T>(name: string, work: (input: InputFile) => Promise<T>): Promise<T> {
  const fd = opened(name)
  try {
    return await work(inputOf(name, fd))
  } finally {
    closeSync(fd)
  }
}

function opened(name: string): number {
  try {
    return openSync(name, constants.O_RDONLY | constants.O_NONBLOCK) // a pipe without a writer would wait for one
  } catch (cause) {
    throw cannotRead(name, cause)
  }
}

/** @throws {GitwardError} IO for a folder, USAGE for a pipe or device. */
export function inputOf(name: string, fd: number): InputFile {
  const before = fstatSync(fd, { bigint: true })
  if (before.isDirectory()) throw cannotRead(name, Object.assign(new Error('a folder'), { code: 'EISDIR' }))
  if (!before.isFile()) throw noFile(name)
  const length = Number(before.size)
  const bytesAt = (at: number, wanted: number): Bytes => {
    const bytes = new Uint8Array(Math.min(wanted, length - at))
    if (!readFully(fd, bytes, at)) throw changedInput().in(name)
    return bytes
  }
  return {
    name,
    fd,
    length,
    start: wanted => bytesAt(0, wanted),
    end: wanted => bytesAt(Math.max(length - wanted, 0), wanted),
    async *pieces(start, end) {
      for (let at = start; at < end; at += PIECE_BYTES) {
        await setImmediate() // signals
        yield bytesAt(at, Math.min(PIECE_BYTES, end - at))
      }
    },
    source: (start = 0) =>
      new ByteSource(createReadStream('', { fd, start, autoClose: false, highWaterMark: PIECE_BYTES })),
    assertUnchanged() {
      if (!isSame(before, fstatSync(fd, { bigint: true }))) throw changedInput().in(name)
    },
  }
}

const isSame = (a: BigIntStats, b: BigIntStats): boolean => a.size === b.size && a.mtimeNs === b.mtimeNs

const noFile = (name: string) =>
  new GitwardError('USAGE', `${name} is a pipe or a device, not a file`, {
    hint: `read it from standard input: gitward … - < ${shellWord(name)}`,
  })

import { closeSync, constants, createReadStream, fstatSync, openSync, type BigIntStats } from 'node:fs'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { changedInput } from '../../model/blocks.ts'
import { ByteSource } from '../../model/byte-source.ts'
import { readFully } from '../../model/positional.ts'
import { cannotRead } from '../disk.ts'

/** A regular file that is open for reading. */
export interface InputFile {
  readonly name: string
  readonly fd: number
  /** Bytes. */
  readonly length: number
  /** Its first bytes; fewer if it is shorter. */
  start(length: number): Bytes
  /** All of it from `start` on. */
  source(start?: number): ByteSource
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

function inputOf(name: string, fd: number): InputFile {
  const before = fstatSync(fd, { bigint: true })
  if (before.isDirectory()) throw cannotRead(name, Object.assign(new Error('a folder'), { code: 'EISDIR' }))
  if (!before.isFile()) throw noFile(name)
  const length = Number(before.size)
  return {
    name,
    fd,
    length,
    start(wanted) {
      const bytes = new Uint8Array(Math.min(wanted, length))
      if (!readFully(fd, bytes, 0)) throw changedInput().in(name)
      return bytes
    },
    source: (start = 0) =>
      new ByteSource(createReadStream('', { fd, start, autoClose: false, highWaterMark: 1 << 20 })),
    assertUnchanged() {
      if (!isSame(before, fstatSync(fd, { bigint: true }))) throw changedInput().in(name)
    },
  }
}

const isSame = (a: BigIntStats, b: BigIntStats): boolean => a.size === b.size && a.mtimeNs === b.mtimeNs

const noFile = (name: string) =>
  new GitwardError('USAGE', `${name} is a pipe or a device, not a file`, {
    hint: `read it from standard input: gitward … - < ${name}`,
  })

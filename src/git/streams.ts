import { readSync, writeSync } from 'node:fs'
import { errno } from '../core/errors.ts'

const READ_BYTES = 1 << 18

/** Everything that can still be read from `fd`. */
export function readAll(fd: number): Buffer {
  const parts: Buffer[] = []
  for (;;) {
    const part = Buffer.allocUnsafe(READ_BYTES)
    const count = readSome(fd, part, 0)
    if (count === 0) return Buffer.concat(parts)
    parts.push(part.subarray(0, count))
  }
}

export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += retrying(() => writeSync(fd, bytes, at))
}

/** Reads into `buffer` from `offset` on; 0 at the end of the input. */
export const readSome = (fd: number, buffer: Uint8Array, offset: number): number =>
  retrying(() => readSync(fd, buffer, offset, buffer.length - offset, null))

/** Some parents leave the pipe in non-blocking mode: wait a millisecond and try again. */
function retrying(call: () => number): number {
  for (;;) {
    try {
      return call()
    } catch (error) {
      if (errno(error) === 'EOF') return 0
      if (errno(error) !== 'EAGAIN' && errno(error) !== 'EINTR') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

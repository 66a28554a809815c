import { readSync, writeSync, writevSync } from 'node:fs'
import { concat, type Bytes } from '../core/bytes.ts'

// libuv itself repeats a call that a signal cut short (EINTR)

/** Fills `buffer` from `position` on. @returns false if the file ends before. */
export function readFully(fd: number, buffer: Bytes, position: number): boolean {
  for (let at = 0; at < buffer.length;) {
    const count = readSync(fd, buffer, at, buffer.length - at, position + at)
    if (count === 0) return false
    at += count
  }
  return true
}

/** Writes all of `bytes` from `position` on. */
export function writeFully(fd: number, bytes: Bytes, position: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, position + at)
}

/** Writes all of `pieces`, one behind the other, from `position` on. They are joined by the system, not here. */
export function writePieces(fd: number, pieces: readonly Bytes[], position: number): void {
  const count = writevSync(fd, pieces, position)
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (count < length) writeFully(fd, concat(...pieces).subarray(count), position + count) // says why it was cut short
}

import { GitwardError } from '../../core/errors.ts'
import type { Bytes } from '../../core/bytes.ts'
import { ByteSource } from '../../model/byte-source.ts'

/** How messages name it. */
export const STANDARD_INPUT = 'standard input'

/** What a command may keep in memory of a stream that it must see all of first. */
const MAX_HELD_BYTES = 1 << 26

export const standardInput = (): ByteSource => new ByteSource(process.stdin)

/** All of a stream. @throws {GitwardError} USAGE if it is longer than a command may keep. */
export async function heldInMemory(source: ByteSource, hint: string): Promise<Bytes> {
  const bytes = await source.take(MAX_HELD_BYTES + 1)
  if (bytes.length <= MAX_HELD_BYTES) return bytes
  throw new GitwardError('USAGE', 'standard input is longer than 64 MiB, and all of it must be read first', {
    hint,
  })
}

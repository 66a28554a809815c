import { sameBytes, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { LEAF_BYTES, leafHash } from '../envelope/file.ts'
import { leafAt, type SignedBytes } from '../envelope/signature.ts'
import { ByteSource } from './byte-source.ts'

/**
 * The same bytes, each leaf of them only when it is the one that was signed.
 * @throws {GitwardError} SIGNATURE for another leaf, and for bytes before or behind the end.
 */
export const signedLeaves = (source: ByteSource, signed: SignedBytes): ByteSource =>
  new ByteSource(checked(source, signed))

async function* checked(source: ByteSource, { length, leaves }: SignedBytes): AsyncGenerator<Bytes> {
  for (let index = 0; index * LEAF_BYTES < length; index++) {
    const rest = length - index * LEAF_BYTES
    const isLast = rest <= LEAF_BYTES
    const leaf = await source.take(isLast ? rest + 1 : LEAF_BYTES) // one more would show a longer file
    if (!sameBytes(leafHash(leaf), leafAt(leaves, index))) throw otherBytes(index)
    yield leaf
  }
}

const otherBytes = (index: number) =>
  new GitwardError('SIGNATURE', `these are not the bytes that were signed (leaf ${index})`, {
    hint: 'ask the sender for the file and its .sig once more',
  })

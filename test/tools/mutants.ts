import type { Bytes } from '../../src/core/bytes.ts'

/** One byte of a text changed in one way. */
export interface Mutant {
  /** Offset of the byte in the original. */
  readonly at: number
  readonly what: 'flipped' | 'removed' | 'doubled'
  readonly bytes: Bytes
}

/** Each byte of `original`, or of some places, with each of its bits flipped, removed, and doubled: ten mutants a byte. */
export function* mutants(original: Bytes, isMeant: (at: number) => boolean = () => true): Generator<Mutant> {
  for (const at of original.keys()) {
    if (!isMeant(at)) continue
    for (let bit = 0; bit < 8; bit++)
      yield { at, what: 'flipped', bytes: original.with(at, original[at]! ^ (1 << bit)) }
    yield { at, what: 'removed', bytes: spliced(original, at, 0) }
    yield { at, what: 'doubled', bytes: spliced(original, at, 2) }
  }
}

/** `original` with `times` times the byte at `at`. */
function spliced(original: Bytes, at: number, times: number): Bytes {
  const out = new Uint8Array(original.length - 1 + times)
  out.set(original.subarray(0, at))
  out.fill(original[at]!, at, at + times)
  out.set(original.subarray(at + 1), at + times)
  return out
}

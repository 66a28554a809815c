import type { Bytes } from '../core/bytes.ts'

/** Bytes that come in any pieces, taken in pieces of one's own. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Bytes>
  #held: Bytes[] = []
  #heldBytes = 0

  constructor(pieces: AsyncIterable<Bytes>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** The next `length` bytes; fewer only at the end. */
  async take(length: number): Promise<Bytes> {
    while (this.#heldBytes < length) {
      const next = await this.#pieces.next()
      if (next.done) break
      this.#held.push(next.value)
      this.#heldBytes += next.value.length
    }
    return this.#cut(Math.min(length, this.#heldBytes))
  }

  /** Puts bytes back in front: they are taken next. */
  putBack(bytes: Bytes): void {
    this.#held.unshift(bytes)
    this.#heldBytes += bytes.length
  }

  #cut(length: number): Bytes {
    const out = new Uint8Array(length)
    let at = 0
    let taken = 0 // whole pieces; they go at once, as taking them one by one is slow where there are many
    while (at < length) {
      const piece = this.#held[taken]!
      const part = piece.subarray(0, length - at)
      out.set(part, at)
      at += part.length
      if (part.length === piece.length) taken++
      else this.#held[taken] = piece.subarray(part.length)
    }
    this.#held.splice(0, taken)
    this.#heldBytes -= length
    return out
  }
}

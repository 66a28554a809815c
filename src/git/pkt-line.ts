import { GitwardError } from '../core/errors.ts'
import { readSome, writeAll } from './streams.ts'

/** gitprotocol-common(5): four hex digits of length, themselves included; 0000 is a flush. */
const HEADER_BYTES = 4
const HEX = /^[0-9a-fA-F]{4}$/
export const MAX_DATA_BYTES = 65516
const READ_BYTES = 1 << 18
/** Packets are joined into writes of about 1 MiB: fewer system calls, no copy of a whole model. */
const WRITE_PARTS = 32
const WRITE_BYTES = (WRITE_PARTS + 2) * (HEADER_BYTES + MAX_DATA_BYTES)
const FLUSH = Buffer.from('0000')

/** Blocks on file descriptors: a filter does one thing at a time, and synchronous calls are the fastest. */
export class PacketStream {
  readonly #input: number
  readonly #output: number
  #buffer = Buffer.allocUnsafe(READ_BYTES)
  #start = 0
  #end = 0
  /** What is written next: one buffer for all, or much garbage lies about before it is collected. */
  readonly #out = Buffer.allocUnsafe(WRITE_BYTES)

  constructor(input: number, output: number) {
    this.#input = input
    this.#output = output
  }

  /** Payload of the next packet, valid until the next read; null for a flush. @throws EndOfInput at the end. */
  read(): Buffer | null {
    const digits = this.#take(HEADER_BYTES).toString('latin1')
    const length = HEX.test(digits) ? Number.parseInt(digits, 16) : Number.NaN
    if (length === 0) return null
    if (!(length >= HEADER_BYTES && length <= HEADER_BYTES + MAX_DATA_BYTES))
      throw new GitwardError('GIT', 'git sent a malformed packet')
    return this.#take(length - HEADER_BYTES)
  }

  /** Text lines up to the flush; null where the input ends before the first. */
  readLines(): string[] | null {
    const lines: string[] = []
    try {
      for (let packet = this.read(); packet; packet = this.read())
        lines.push(packet.toString('latin1').replace(/\n$/, ''))
    } catch (error) {
      if (lines.length === 0 && error instanceof EndOfInput) return null
      throw error
    }
    return lines
  }

  /** Joined payloads up to the flush. */
  readContent(): Buffer {
    let content: Buffer = Buffer.alloc(0)
    let end = 0
    for (let packet = this.read(); packet; packet = this.read()) {
      if (end + packet.length > content.length) content = grown(content.subarray(0, end), packet.length)
      packet.copy(content, end)
      end += packet.length
    }
    return content.subarray(0, end)
  }

  writeLines(lines: readonly string[]): void {
    this.#write([...lines.flatMap(line => packet(Buffer.from(`${line}\n`, 'latin1'))), FLUSH])
  }

  /** A whole answer: status, content, and the empty list that keeps the status. */
  writeAnswer(content: Uint8Array): void {
    let parts = [...packet(Buffer.from('status=success\n')), FLUSH]
    for (let at = 0; at < content.length; at += MAX_DATA_BYTES) {
      parts.push(...packet(content.subarray(at, at + MAX_DATA_BYTES)))
      if (parts.length < WRITE_PARTS) continue
      this.#write(parts)
      parts = []
    }
    this.#write([...parts, FLUSH, FLUSH])
  }

  #take(length: number): Buffer {
    while (this.#end - this.#start < length) this.#fill()
    const taken = this.#buffer.subarray(this.#start, this.#start + length)
    this.#start += length
    return taken
  }

  #fill(): void {
    if (this.#buffer.length - this.#end < MAX_DATA_BYTES) {
      this.#buffer.copyWithin(0, this.#start, this.#end)
      this.#end -= this.#start
      this.#start = 0
    }
    const count = readSome(this.#input, this.#buffer, this.#end)
    if (count === 0) throw new EndOfInput()
    this.#end += count
  }

  #write(parts: readonly Uint8Array[]): void {
    let end = 0
    for (const part of parts) {
      this.#out.set(part, end)
      end += part.length
    }
    writeAll(this.#output, this.#out.subarray(0, end))
  }
}

/** git closed the pipe: the normal end of a filter. */
export class EndOfInput extends GitwardError {
  constructor() {
    super('GIT', 'git closed the pipe')
  }
}

/** Twice as large, so that a large file is copied few times. */
function grown(content: Buffer, more: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(content.length + more, 2 * content.length))
  content.copy(larger)
  return larger
}

const packet = (data: Uint8Array): Uint8Array[] => [
  Buffer.from((data.length + HEADER_BYTES).toString(16).padStart(HEADER_BYTES, '0')),
  data,
]

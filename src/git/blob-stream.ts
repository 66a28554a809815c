import { spawn, type ChildProcess } from 'node:child_process'
import { GitwardError } from '../core/errors.ts'
import type { GitOptions } from './run.ts'

const LINE_FEED = 10

/**
 * Each item with the blob that it names, in order, from one process: git reads on while the caller works, and only
 * one blob is held at a time.
 * @throws {GitwardError} GIT if a blob is missing or git fails.
 */
export async function* streamBlobs<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  { cwd, env }: Pick<GitOptions, 'cwd' | 'env'>,
): AsyncGenerator<readonly [item: T, blob: Buffer]> {
  if (items.length === 0) return
  const child = spawn('git', ['cat-file', '--batch', '--buffer'], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  })
  const started = failureOf(child)
  child.stdin.on('error', () => undefined) // git went away: its output ends early, which is told below
  child.stdin.end(items.map(item => `${idOf(item)}\n`).join(''))
  const reader = new Reader(child.stdout)
  try {
    for (const item of items) {
      const header = (await reader.line()) ?? (await started)
      const [, type, size] = header.split(' ')
      if (type !== 'blob')
        throw new GitwardError('GIT', `object ${idOf(item)} is missing or no blob`, { hint: 'git fsck' })
      const blob = await reader.bytes(Number(size))
      if (!blob) throw stopped()
      yield [item, blob]
    }
  } finally {
    child.kill()
  }
}

/** Rejects once git cannot be started or ends: asked only where its output ends too early. */
function failureOf(child: ChildProcess): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    child.on('error', cause => {
      reject(
        new GitwardError('GIT', `git could not be run: ${cause.message}`, { hint: 'git --version', cause }),
      )
    })
    child.on('close', () => reject(stopped()))
  })
  failure.catch(() => undefined)
  return failure
}

const stopped = (): GitwardError =>
  new GitwardError('GIT', 'git cat-file stopped before its last object', { hint: 'git fsck' })

/** Cuts a stream into lines and runs of bytes. */
class Reader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** The next line, without its line feed; null at the end. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#rest.indexOf(LINE_FEED)
      if (end !== -1) return this.#take(end + 1).toString('latin1', 0, end)
      if (!(await this.#more(this.#rest))) return null
    }
  }

  /** `length` bytes, and the line feed behind them; null if the stream ends before. */
  async bytes(length: number): Promise<Buffer | null> {
    if (this.#rest.length > length) return this.#take(length + 1).subarray(0, length)
    const bytes = Buffer.allocUnsafeSlow(length + 1)
    let at = this.#rest.copy(bytes)
    while (at <= length) {
      if (!(await this.#more())) return null
      const count = this.#rest.copy(bytes, at)
      at += count
      this.#rest = this.#rest.subarray(count)
    }
    return bytes.subarray(0, length)
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return taken
  }

  /** Reads on behind `kept`. */
  async #more(kept?: Buffer): Promise<boolean> {
    const { done, value } = await this.#chunks.next()
    if (done === true) return false
    this.#rest = kept === undefined || kept.length === 0 ? value : Buffer.concat([kept, value])
    return true
  }
}

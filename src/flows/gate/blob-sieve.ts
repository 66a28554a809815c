import type { Bytes } from '../../core/bytes.ts'
import { changedPart, reachOf, type Machine, type Reach } from '../../scan/changed.ts'
import { isNotebookPath } from '../../scan/notebook.ts'
import type { Rule } from '../../scan/rule.ts'
import { scan, type ScanOptions } from '../../scan/scanner.ts'

/** One version of a file. */
interface Version {
  readonly path: string
  readonly id: string
  readonly bytes: Bytes
}

/** What is remembered of one list of rules. */
interface Memory {
  readonly reach: Reach
  /** Blobs without any finding. */
  readonly clean: Set<string>
  /** The version before, if it is clean. */
  last: Version | null
}

/** Of files that share most of their bytes, smaller ones are scanned sooner than compared. */
const WORTH_COMPARING_BYTES = 8192

/**
 * Tells versions of files without any finding from all others. Of a version that comes after a clean one of the same
 * path only the changed part is read, and no clean blob is read twice.
 */
export class BlobSieve {
  readonly #memories = new WeakMap<readonly Rule[], Memory>()

  isClean(version: Version, options: Pick<ScanOptions, 'rules' | 'fingerprint'>): boolean {
    const memory = this.#memoryOf(options.rules)
    const { path, id, bytes } = version
    const isNotebook = isNotebookPath(path)
    const key = isNotebook ? `${id} notebook` : id
    const part = isNotebook ? bytes : unread(memory, version)
    const isClean = memory.clean.has(key) || scan(part, { ...options, isNotebook }).length === 0
    memory.last = isClean ? version : null
    if (isClean) memory.clean.add(key)
    return isClean
  }

  #memoryOf(rules: readonly Rule[]): Memory {
    const memory = this.#memories.get(rules) ?? { reach: reachOf(rules), clean: new Set(), last: null }
    this.#memories.set(rules, memory)
    return memory
  }
}

function unread({ last, reach }: Memory, { path, bytes }: Version): Bytes {
  if (last?.path !== path || bytes.length < WORTH_COMPARING_BYTES) return bytes
  return changedPart(last.bytes, bytes, reach, machine) ?? bytes
}

const machine: Machine = {
  equal: (a, b) => Buffer.compare(a, b) === 0,
  includes: (bytes, text) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(text),
}

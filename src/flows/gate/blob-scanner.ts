import type { Bytes } from '../../core/bytes.ts'
import { changedPart, reachOf, type Machine, type Reach } from '../../scan/changed.ts'
import { isNotebookPath } from '../../scan/notebook.ts'
import type { RawFinding, Rule } from '../../scan/rule.ts'
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
  last: Version | null
}

/** Of files that share most of their bytes, smaller ones are scanned sooner than compared. */
const WORTH_COMPARING_BYTES = 8192

/**
 * Scans the versions of files. Of a version that comes after another of the same path only the changed part is
 * read, as long as nothing is found there; a blob in which nothing was found is not read again.
 */
export class BlobScanner {
  readonly #memories = new WeakMap<readonly Rule[], Memory>()

  /** Every finding that no earlier call for this path returned, and maybe some that one did. */
  scan(version: Version, options: Pick<ScanOptions, 'rules' | 'fingerprint'>): readonly RawFinding[] {
    const memory = this.#memoryOf(options.rules)
    const { path, id, bytes } = version
    const isNotebook = isNotebookPath(path)
    const key = isNotebook ? `${id} notebook` : id
    if (memory.clean.has(key)) return []
    const part = isNotebook ? bytes : unread(memory, version)
    memory.last = version
    if (part !== bytes && scan(part, options).length === 0) return []
    const found = scan(bytes, { ...options, isNotebook })
    if (found.length === 0) memory.clean.add(key)
    return found
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

import { fromHex, toHex, type Bytes } from '../../core/bytes.ts'
import { memoised } from '../../core/memoised.ts'
import type { Finding, Report, Unscanned } from '../../report/report.ts'
import { applyBaseline, parseBaseline } from '../../scan/baseline.ts'
import { secretFingerprints } from './fingerprints.ts'

const memoisedByHex = <T>(make: (repo: Bytes) => T): ((repo: Bytes) => T) => {
  const known = memoised(hex => make(fromHex(hex)!))
  return repo => known(toHex(repo))
}

/** Everything found so far; the same flaw in ten commits counts once, where it came in. */
export class Tally {
  readonly #findings = new Map<string, Finding>()
  readonly #unscanned = new Map<string, Unscanned>()
  #bytes = 0
  #files = 0
  #looked = 0
  #allowed = 0

  /** One for each repository id: it remembers the slow fingerprints across files and commits. */
  readonly fingerprints = memoisedByHex(secretFingerprints)

  add(finding: Finding): void {
    const key = [finding.kind, finding.rule, finding.path, finding.fingerprint].join('\0')
    if (!this.#findings.has(key)) this.#findings.set(key, finding)
  }

  looked(bytes: Bytes): void {
    this.#looked++
    this.#bytes += bytes.length
  }

  scanned(): void {
    this.#files++
  }

  allowed(): void {
    this.#allowed++
  }

  notScanned(path: string, reason: string): void {
    this.#unscanned.set(path, { path, reason })
  }

  /** @throws {GitwardError} CONFIG for a damaged baseline. */
  report(
    baseline: string,
    today: string,
  ): Report & { readonly accepted: readonly Finding[]; readonly looked: number } {
    const entries = baseline === '' ? [] : parseBaseline(baseline)
    const { open, accepted } = applyBaseline([...this.#findings.values()], entries, today)
    return {
      findings: open,
      accepted,
      scanned: { files: this.#files, bytes: this.#bytes },
      unscanned: [...this.#unscanned.values()],
      suppressed: accepted.length + this.#allowed,
      looked: this.#looked,
    }
  }
}

import { fromBase64 } from '../../core/base64.ts'
import { decodeUtf8, fromHex, toHex, type Bytes } from '../../core/bytes.ts'
import { memoised } from '../../core/memoised.ts'
import { shown, type GitPath } from '../../core/path.ts'
import type { TreeEntry } from '../../git/entries.ts'
import { readBlobs, withBlobs } from '../../git/objects.ts'
import { gitLine } from '../../git/run.ts'
import { isScanIgnored, protectionOf } from '../../policy/policy.ts'
import type { Finding, Report, Unscanned } from '../../report/report.ts'
import { applyBaseline, parseBaseline } from '../../scan/baseline.ts'
import { placesOf } from '../../scan/positions.ts'
import { scan } from '../../scan/scanner.ts'
import type { Context } from '../context.ts'
import { attributeFlaws, localAttributeFlaws } from './attributes.ts'
import { NO_REPOSITORY, secretFingerprints } from './fingerprints.ts'
import { isPrivateFile } from './private-files.ts'
import { flawsOf } from './proof.ts'
import { rulesFor } from './scan-rules.ts'
import { subjectsOf, type CheckScope, type Subject } from './subjects.ts'
import { flawFinding, secretFinding } from './to-finding.ts'
import { policyFlaws } from './policy-flaws.ts'

export interface CheckOutcome extends Report {
  /** What the baseline of the last tree accepts. */
  readonly accepted: readonly Finding[]
  /** False in a repository without a policy: only the scan spoke. */
  readonly hasPolicy: boolean
  /** Files of the index or the range that were looked at, of any kind. */
  readonly looked: number
}

/**
 * Proves, without a key, that what must be ciphertext is, and scans the rest for secrets.
 * @throws {GitwardError} GIT for an unknown range or a shallow clone; CONFIG for a damaged baseline.
 */
export async function check(context: Context, scope: CheckScope, today: string): Promise<CheckOutcome> {
  const tally = new Tally()
  let baselineId: string | null = null
  for await (const subject of subjectsOf(context.repository, scope)) {
    await examine(context, subject, tally)
    baselineId = subject.tree.baselineId // the last commit's: what reviewers see merged
  }
  if (gitLine(['for-each-ref', '--count=1', 'refs/notes/textconv'], { cwd: context.repository.top })) {
    tally.add(
      flawFinding(NO_REPOSITORY, { kind: 'textconv-cache', path: 'refs/notes/textconv', commit: null }),
    )
  }
  const baseline =
    baselineId === null
      ? ''
      : readBlobs([baselineId], { cwd: context.repository.top }).get(baselineId)!.toString()
  return tally.report(baseline, today)
}

const memoisedByHex = <T>(make: (repo: Bytes) => T): ((repo: Bytes) => T) => {
  const known = memoised(hex => make(fromHex(hex)!))
  return repo => known(toHex(repo))
}

/** Everything found so far; the same flaw in ten commits counts once, where it came in. */
class Tally {
  readonly #findings = new Map<string, Finding>()
  readonly #unscanned = new Map<string, Unscanned>()
  #bytes = 0
  #files = 0
  #looked = 0
  #allowed = 0
  #hasPolicy = false

  /** One for each repository id: it remembers the slow fingerprints across files and commits. */
  readonly fingerprints = memoisedByHex(secretFingerprints)

  add(finding: Finding): void {
    const key = [finding.kind, finding.rule, finding.path, finding.fingerprint].join('\0')
    if (!this.#findings.has(key)) this.#findings.set(key, finding)
  }

  sawPolicy(): void {
    this.#hasPolicy = true
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

  report(baseline: string, today: string): CheckOutcome {
    const entries = baseline === '' ? [] : parseBaseline(baseline)
    const { open, accepted } = applyBaseline([...this.#findings.values()], entries, today)
    return {
      findings: open,
      accepted,
      scanned: { files: this.#files, bytes: this.#bytes },
      unscanned: [...this.#unscanned.values()],
      suppressed: accepted.length + this.#allowed,
      hasPolicy: this.#hasPolicy,
      looked: this.#looked,
    }
  }
}

async function examine(context: Context, subject: Subject, tally: Tally): Promise<void> {
  const { tree, commit, entries } = subject
  const repo = (tree.judge && fromBase64(tree.judge.policy.repo)) ?? NO_REPOSITORY
  if (tree.judge) tally.sawPolicy()
  for (const path of policyFlaws(tree)) tally.add(flawFinding(repo, { kind: 'policy', path, commit }))
  if (tree.judge) {
    const { policy } = tree.judge
    const paths = entries.map(each => each.path)
    const local = commit === null ? localAttributeFlaws(context.repository, policy, paths) : []
    const flaws = [...attributeFlaws(context.repository, tree, policy, paths), ...local]
    for (const { kind, path } of flaws) tally.add(flawFinding(repo, { kind, path: shown(path), commit }))
  }
  for (const [entry, blob] of withBlobs(entries, { cwd: context.repository.top }))
    await examineFile(subject, entry, blob, repo, tally)
}

async function examineFile(
  { tree, commit }: Subject,
  entry: TreeEntry,
  bytes: Bytes,
  repo: Bytes,
  tally: Tally,
): Promise<void> {
  const path = shown(entry.path)
  tally.looked(bytes)
  if (tree.judge) {
    const flaws = await flawsOf(tree.judge, { path: entry.path, mode: entry.mode, bytes })
    for (const { kind, pointer, offset } of flaws) {
      tally.add(
        flawFinding(repo, { kind, path, commit, pointer: pointer ?? '', place: placeOf(bytes, offset) }),
      )
    }
  }
  const policy = tree.judge?.policy ?? null
  if (isPrivateFile(policy, entry.path, bytes))
    tally.add(flawFinding(repo, { kind: 'private-key', path, commit }))
  if (policy && isScanIgnored(policy, entry.path)) tally.notScanned(path, 'scan.ignore of the policy')
  if (isWhole(policy, entry.path)) return tally.scanned()
  const options = {
    rules: rulesFor(policy, entry.path),
    fingerprint: tally.fingerprints(repo),
    isNotebook: entry.path.endsWith('.ipynb'),
  }
  for (const found of scan(bytes, options)) {
    if (found.allowed === null) tally.add(secretFinding(found, path, commit))
    else tally.allowed()
  }
  tally.scanned()
}

/** Whole files are ciphertext or a finding already. */
const isWhole = (policy: Parameters<typeof protectionOf>[0] | null, path: GitPath): boolean =>
  policy !== null && protectionOf(policy, path)?.mode === 'whole'

function placeOf(bytes: Bytes, offset: number) {
  const text = decodeUtf8(bytes)
  const at = text === null ? 0 : Buffer.byteLength(text.slice(0, offset))
  return placesOf(bytes, [{ start: at, end: at }])[0]!
}

import { fromBase64 } from '../../core/base64.ts'
import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { streamBlobs } from '../../git/blob-stream.ts'
import { isSymlink } from '../../git/entries.ts'
import { readBlobs } from '../../git/objects.ts'
import { hasRefUnder } from '../../git/refs.ts'
import type { Repository } from '../../git/repository.ts'
import type { GitOptions } from '../../git/run.ts'
import { protectionOf } from '../../policy/policy.ts'
import type { Report } from '../../report/report.ts'
import { placesOf } from '../../scan/positions.ts'
import type { RawFinding } from '../../scan/rule.ts'
import { rules } from '../../scan/rules/table.ts'
import type { Context } from '../context.ts'
import { POLICY_PATH } from '../names.ts'
import { compiledBlob } from '../policy-source.ts'
import { attributeFlaws } from './attributes.ts'
import { BlobScanner } from './blob-scanner.ts'
import { NO_REPOSITORY } from './fingerprints.ts'
import { Plan, type Exhibit } from './plan.ts'
import { policyFlaws } from './policy-flaws.ts'
import { flawsOf, type Flaw, type Judge } from './proof.ts'
import { pushesTextconvCache, TEXTCONV_REFS } from './ref-updates.ts'
import { asStored, subjectsOf, type CheckScope, type Subject } from './subjects.ts'
import { Tally } from './tally.ts'
import { flawFinding, secretFinding } from './to-finding.ts'
import { TreeReader } from './tree.ts'
import { POLICY_TRAILER, weakening } from './weakening.ts'

export interface CheckOutcome extends Report {
  /** False in a repository without a policy: only the scan spoke. */
  readonly hasPolicy: boolean
  /** Files of the index or the commits that were looked at, of any kind. */
  readonly looked: number
  /** Commits that were looked at; null for the index. */
  readonly commits: number | null
}

/**
 * Proves, without a key, that what must be ciphertext is, and scans the rest for secrets.
 * @param today `YYYY-MM-DD`.
 * @throws {GitwardError} GIT for an unknown range or a shallow clone; CONFIG for a damaged baseline.
 */
export async function check(context: Context, scope: CheckScope, today: string): Promise<CheckOutcome> {
  const { repository } = context
  const options = asStored(repository)
  const isIndex = scope.kind !== 'range' && scope.kind !== 'push'
  const reader = new TreeReader(options, id => (isIndex ? compiledBlob(repository, id) : null))
  const tally = new Tally()
  const plan = new Plan()
  let baselineId: string | null = null
  let hasPolicy = false
  let subjects = 0
  for await (const subject of subjectsOf(repository, scope, reader)) {
    await judgePolicy(context, subject, reader, tally)
    plan.add(subject)
    baselineId = subject.tree.baselineId // the last commit's: what reviewers see merged
    hasPolicy ||= subject.tree.judge !== null
    subjects++
  }
  for (const { tree, paths } of plan.attributeCases()) {
    for (const { kind, path } of attributeFlaws(repository, tree, tree.judge!.policy, [...paths.keys()])) {
      const commit = paths.get(path) ?? null
      tally.add(flawFinding(repoOf(tree.judge), { kind, path: shown(path), commit }))
    }
  }
  await examineFiles(plan, tally, options)
  if (holdsTextconvCache(scope, repository)) {
    const flaw = { kind: 'textconv-cache', path: TEXTCONV_REFS, commit: null } as const
    tally.add(flawFinding(NO_REPOSITORY, flaw))
  }
  const baseline = baselineId === null ? '' : readBlobs([baselineId], options).get(baselineId)!.toString()
  return { ...tally.report(baseline, today), hasPolicy, commits: isIndex ? null : subjects }
}

/** A push is judged by what it brings: the refs that the receiver has must not stand in its way. */
const holdsTextconvCache = (scope: CheckScope, repository: Repository): boolean =>
  scope.kind === 'push' ? pushesTextconvCache(scope.push) : hasRefUnder(TEXTCONV_REFS, repository)

const repoOf = (judge: Judge | null): Bytes => (judge && fromBase64(judge.policy.repo)) ?? NO_REPOSITORY

/** A weaker policy fails a commit; for the index it is a word, since nobody has seen its message yet. */
async function judgePolicy(
  { repository, warn }: Context,
  subject: Subject,
  reader: TreeReader,
  tally: Tally,
): Promise<void> {
  const { tree, commit } = subject
  const id = commit?.id ?? null
  for (const path of policyFlaws(tree))
    tally.add(flawFinding(repoOf(tree.judge), { kind: 'policy', path, commit: id }))
  const lost = await weakening(subject, reader, asStored(repository))
  if (lost.length === 0) return
  const what = `${lost.slice(0, 3).join(', ')}${lost.length > 3 ? ` and ${lost.length - 3} more` : ''}`
  if (id === null)
    return warn(
      `the policy protects less than before: ${what}. In a range, check fails without the trailer "${POLICY_TRAILER}: <reason>"`,
    )
  warn(`commit ${id.slice(0, 12)} protects less than its parent: ${what}`)
  // each commit needs a reason of its own: one that is accepted must not speak for the next
  tally.add(flawFinding(repoOf(tree.judge), { kind: 'policy', path: POLICY_PATH, commit: id, pointer: id }))
}

/**
 * Looks through the versions of each file from the newest to the oldest, as git reads them fastest. Where it finds
 * anything it starts over with the oldest, so that each finding names the commit that brought it in.
 */
async function examineFiles(plan: Plan, tally: Tally, options: GitOptions): Promise<void> {
  const scanner = new BlobScanner()
  const suspicious = new Set<GitPath>()
  for await (const [exhibit, bytes] of streamBlobs(plan.newestFirst(), blobOf, options)) {
    tally.looked(bytes)
    if (isSymlink(exhibit.entry)) tally.notScanned(shown(exhibit.entry.path), 'symbolic link')
    else tally.scanned()
    const { flaws, secrets } = await examine(exhibit, bytes, scanner, tally)
    if (flaws.length + secrets.length > 0) suspicious.add(exhibit.entry.path)
  }
  const second = new BlobScanner()
  for await (const [exhibit, bytes] of streamBlobs(plan.oldestFirst(suspicious), blobOf, options)) {
    const { flaws, secrets } = await examine(exhibit, bytes, second, tally)
    record(exhibit, bytes, flaws, tally)
    for (const found of secrets) {
      if (found.allowed === null) tally.add(secretFinding(found, shown(exhibit.entry.path), exhibit.commit))
      else tally.allowed()
    }
  }
}

const blobOf = ({ entry }: Exhibit): string => entry.id

async function examine(
  { entry, judge, isNew }: Exhibit,
  bytes: Bytes,
  scanner: BlobScanner,
  tally: Tally,
): Promise<{ readonly flaws: readonly Flaw[]; readonly secrets: readonly RawFinding[] }> {
  const { path, mode, id } = entry
  const flaws = judge ? await flawsOf(judge, { path, mode, bytes }) : []
  if (!isNew || isSymlink(entry) || isWhole(judge, path)) return { flaws, secrets: [] }
  const options = { rules, fingerprint: tally.fingerprints(repoOf(judge)) }
  return { flaws, secrets: scanner.scan({ path, id, bytes }, options) }
}

function record({ entry, commit, judge }: Exhibit, bytes: Bytes, flaws: readonly Flaw[], tally: Tally): void {
  for (const { kind, pointer, offset } of flaws) {
    const place = placeOf(bytes, offset)
    const flaw = { kind, path: shown(entry.path), commit, pointer: pointer ?? '', place }
    tally.add(flawFinding(repoOf(judge), flaw))
  }
}

/** Whole files are ciphertext or a finding already. */
const isWhole = (judge: Judge | null, path: GitPath): boolean =>
  judge !== null && protectionOf(judge.policy, path)?.mode === 'whole'

function placeOf(bytes: Bytes, offset: number) {
  const text = decodeUtf8(bytes)
  const at = text === null ? 0 : Buffer.byteLength(text.slice(0, offset))
  return placesOf(bytes, [{ start: at, end: at }])[0]!
}

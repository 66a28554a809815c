import { fromBase64 } from '../../core/base64.ts'
import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { streamBlobs } from '../../git/blob-stream.ts'
import { startBehind } from '../../git/lfs.ts'
import { isLfsPointer } from '../../git/lfs-pointer.ts'
import { readBlobs } from '../../git/objects.ts'
import { hasRefUnder } from '../../git/refs.ts'
import type { Repository } from '../../git/repository.ts'
import { isInLfs, isScanIgnored, protectionOf } from '../../policy/policy.ts'
import type { Finding, Report } from '../../report/report.ts'
import { placesOf } from '../../scan/positions.ts'
import { isNotebookPath } from '../../scan/notebook.ts'
import { scan } from '../../scan/scanner.ts'
import type { Context } from '../context.ts'
import { BASELINE_PATH, POLICY_PATH } from '../names.ts'
import { textOf } from '../tracked.ts'
import { compiledBlob } from '../policy-source.ts'
import { attributeFlaws, localAttributeFlaws } from './attributes.ts'
import { BlobSieve } from './blob-sieve.ts'
import { NO_REPOSITORY } from './fingerprints.ts'
import { withFixesHere } from './fixes-here.ts'
import { Plan, type Exhibit } from './plan.ts'
import { policyFlaws } from './policy-flaws.ts'
import { isPrivateFile } from './private-files.ts'
import { flawsOf, type Judge } from './proof.ts'
import { pushesTextconvCache, TEXTCONV_REFS } from './ref-updates.ts'
import { rulesFor } from './scan-rules.ts'
import { asStored, subjectsOf, type CheckScope, type Subject } from './subjects.ts'
import { Tally } from './tally.ts'
import { flawFinding, secretFinding } from './to-finding.ts'
import { TreeReader } from './tree.ts'
import { POLICY_TRAILER, weakening } from './weakening.ts'

export interface CheckOutcome extends Report {
  /** What the baseline of the last tree accepts. */
  readonly accepted: readonly Finding[]
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
    const { policy } = tree.judge!
    const local = isIndex ? localAttributeFlaws(repository, policy, [...paths.keys()]) : []
    for (const { kind, path } of [...attributeFlaws(repository, tree, policy, [...paths.keys()]), ...local]) {
      const commit = paths.get(path) ?? null
      tally.add(flawFinding(repoOf(tree.judge), { kind, path: shown(path), commit }))
    }
  }
  await examineFiles(plan, tally, repository)
  if (holdsTextconvCache(scope, repository)) {
    const flaw = { kind: 'textconv-cache', path: TEXTCONV_REFS, commit: null } as const
    tally.add(flawFinding(NO_REPOSITORY, flaw))
  }
  const baseline =
    baselineId === null ? '' : textOf(readBlobs([baselineId], options).get(baselineId)!, BASELINE_PATH)
  const report = tally.report(baseline, today)
  const findings = isIndex ? await withFixesHere(report.findings, repository) : report.findings
  return { ...report, findings, hasPolicy, commits: isIndex ? null : subjects }
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
  warn(
    `commit ${id.slice(0, 12)} protects less than its parent: ${what}. If it is meant, its message says why: "${POLICY_TRAILER}: <reason>"`,
  )
  // each commit needs a reason of its own: one that is accepted must not speak for the next
  tally.add(flawFinding(repoOf(tree.judge), { kind: 'policy', path: POLICY_PATH, commit: id, pointer: id }))
}

/**
 * Looks through the versions of each file from the newest to the oldest, as git reads them fastest. Those of a file
 * with any finding are looked at once more from the oldest on, so that each finding names the commit that brought it in.
 */
async function examineFiles(plan: Plan, tally: Tally, repository: Repository): Promise<void> {
  const options = asStored(repository)
  const sieve = new BlobSieve()
  const suspicious = new Set<GitPath>()
  for await (const [exhibit, blob] of streamBlobs(plan.newestFirst(), blobOf, options)) {
    const bytes = startBehind(repository, blob)
    tally.looked(blob)
    const why = whyUnscanned(exhibit, bytes)
    if (why === null) tally.scanned()
    else tally.notScanned(shown(exhibit.entry.path), why)
    if (!(await isFlawless(exhibit, bytes, sieve, tally))) suspicious.add(exhibit.entry.path)
  }
  for await (const [exhibit, blob] of streamBlobs(plan.oldestFirst(suspicious), blobOf, options))
    await examine(exhibit, startBehind(repository, blob), tally)
}

const blobOf = ({ entry }: Exhibit): string => entry.id

function whyUnscanned({ entry: { path }, judge }: Exhibit, bytes: Bytes): string | null {
  if (judge === null) return null
  if (isLfsPointer(bytes) && isInLfs(protectionOf(judge.policy, path)))
    return 'its content is in git-lfs and not in this clone'
  return isScanIgnored(judge.policy, path) ? 'scan.ignore of the policy' : null
}

async function isFlawless(exhibit: Exhibit, bytes: Bytes, sieve: BlobSieve, tally: Tally): Promise<boolean> {
  const { entry, judge } = exhibit
  const { path, mode, id } = entry
  const policy = judge?.policy ?? null
  if (judge && (await flawsOf(judge, { path, mode, bytes })).length > 0) return false
  if (isPrivateFile(policy, path, bytes)) return false
  return !isReadable(exhibit) || sieve.isClean({ path, id, bytes }, scanOptions(exhibit, tally))
}

async function examine(exhibit: Exhibit, bytes: Bytes, tally: Tally): Promise<void> {
  const { entry, commit, judge } = exhibit
  const path = shown(entry.path)
  const repo = repoOf(judge)
  const flaws = judge ? await flawsOf(judge, { path: entry.path, mode: entry.mode, bytes }) : []
  for (const { kind, pointer, offset } of flaws) {
    const place = placeOf(bytes, offset)
    tally.add(flawFinding(repo, { kind, path, commit, pointer: pointer ?? '', place }))
  }
  if (isPrivateFile(judge?.policy ?? null, entry.path, bytes))
    tally.add(flawFinding(repo, { kind: 'private-key', path, commit }))
  if (!isReadable(exhibit)) return
  const options = { ...scanOptions(exhibit, tally), isNotebook: isNotebookPath(entry.path) }
  for (const found of scan(bytes, options)) {
    if (found.allowed === null) tally.add(secretFinding(found, path, commit))
    else tally.allowed()
  }
}

/** Whole files are ciphertext or a finding already, and what was there before has been read. */
const isReadable = ({ entry: { path }, judge, isNew }: Exhibit): boolean =>
  isNew && (judge === null || protectionOf(judge.policy, path)?.mode !== 'whole')

const scanOptions = ({ entry, judge }: Exhibit, tally: Tally) => ({
  rules: rulesFor(judge?.policy ?? null, entry.path),
  fingerprint: tally.fingerprints(repoOf(judge)),
})

function placeOf(bytes: Bytes, offset: number) {
  const text = decodeUtf8(bytes)
  const at = text === null ? 0 : Buffer.byteLength(text.slice(0, offset))
  return placesOf(bytes, [{ start: at, end: at }])[0]!
}

import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { gitLine } from '../../git/run.ts'
import type { Finding } from '../../report/report.ts'
import {
  formatBaseline,
  isDay,
  isExpired,
  isFingerprint,
  keyOf,
  parseBaseline,
  type BaselineEntry,
} from '../../scan/baseline.ts'
import type { Context } from '../context.ts'
import { makeFolder } from '../disk.ts'
import { BASELINE_PATH } from '../names.ts'
import { withLock, writeTracked } from '../state.ts'
import { readTrackedText } from '../tracked.ts'
import { check, type CheckOutcome } from './check.ts'
import { covers, parsePlace, readingsOf, type TypedPlace } from './place.ts'
import type { CheckScope } from './subjects.ts'

export interface AddRequest extends Pick<BaselineEntry, 'reason' | 'expires'> {
  /** Default: whom git knows here. */
  readonly owner: string | undefined
  /** A fingerprint, or `FILE:LINE`. */
  readonly target: string
  /** Where the finding is looked for: the index, or the commits of a range. */
  readonly scope: CheckScope
  readonly cwd: string
  /** `YYYY-MM-DD` */
  readonly today: string
}

/** An entry, and whether it still accepts anything today. */
export type ListedEntry = BaselineEntry & { readonly expired: boolean }

/** @throws {GitwardError} CONFIG for a damaged baseline. */
export const listBaseline = (context: Context, today: string): ListedEntry[] =>
  parseBaseline(formatBaseline(read(context))).map(entry => ({ ...entry, expired: isExpired(entry, today) }))

/**
 * Accepts the findings that `target` names; one that is listed already gets the new reason, owner and day.
 * @throws {GitwardError} USAGE if nothing is found there, several secrets are, or it is none that may be accepted.
 */
export async function addToBaseline(context: Context, request: AddRequest): Promise<BaselineEntry[]> {
  const { reason, expires, today } = request
  const owner = request.owner ?? gitLine(['config', 'user.email'], { cwd: context.repository.top }) ?? ''
  assertDay(expires, today)
  const found = everything(await check(context, request.scope, today))
  const added = chosen(context, request, found).map(({ fingerprint, rule, path: at }) => {
    return { fingerprint, rule, path: at, reason, owner, expires }
  })
  const keys = new Set(added.map(keyOf))
  await change(context, entries => [...entries.filter(entry => !keys.has(keyOf(entry))), ...added])
  return added
}

/**
 * Removes the entries whose finding is gone from the index. What could not be scanned keeps its entries.
 * @returns what was removed.
 */
export async function pruneBaseline(context: Context, today: string): Promise<BaselineEntry[]> {
  const outcome = await check(context, { kind: 'all' }, today)
  const found = new Set(everything(outcome).map(keyOf))
  const unscanned = new Set(outcome.unscanned.map(({ path: at }) => at))
  const isGone = (entry: BaselineEntry) => !found.has(keyOf(entry)) && !unscanned.has(entry.path)
  const removed = read(context).filter(isGone)
  if (removed.length > 0) await change(context, entries => entries.filter(entry => !isGone(entry)))
  return removed
}

const everything = ({ findings, accepted }: CheckOutcome): Finding[] => [...findings, ...accepted]

function read({ repository }: Context): BaselineEntry[] {
  const text = readTrackedText(repository, BASELINE_PATH)
  return text === null ? [] : parseBaseline(text)
}

async function change(
  context: Context,
  edit: (entries: readonly BaselineEntry[]) => readonly BaselineEntry[],
): Promise<void> {
  await withLock(context.repository, async () => {
    const file = path.join(context.repository.top, BASELINE_PATH)
    const text = formatBaseline(edit(read(context)))
    makeFolder(path.dirname(file))
    writeTracked(context.repository, BASELINE_PATH, text)
  })
}

function chosen(context: Context, { target, cwd }: AddRequest, found: readonly Finding[]): Finding[] {
  const place = isFingerprint(target) ? null : parsePlace(target)
  if (!place && !isFingerprint(target))
    throw new GitwardError('USAGE', `baseline add: "${target}" is neither a fingerprint nor FILE:LINE`, {
      hint: 'gitward check --json',
    })
  const hits = place
    ? atPlace(context, cwd, place, found)
    : found.filter(({ fingerprint }) => fingerprint === target)
  if (hits.length === 0)
    throw new GitwardError('USAGE', `baseline add: nothing is found at ${target}`, { hint: 'gitward check' })
  assertAcceptable(hits)
  assertOneSecret(target, hits)
  return hits
}

function atPlace(
  { repository }: Context,
  cwd: string,
  { file, line }: TypedPlace,
  found: readonly Finding[],
): Finding[] {
  for (const reading of readingsOf(repository.top, cwd, file)) {
    const hits = found.filter(finding => finding.path === reading && covers(finding, line))
    if (hits.length > 0) return hits
  }
  return []
}

function assertAcceptable(hits: readonly Finding[]): void {
  const other = hits.find(({ kind }) => kind !== 'secret')
  if (!other) return
  const place = `${other.path}:${other.line}`
  throw new GitwardError('USAGE', `${place}: a finding of kind ${other.kind} is never accepted`, {
    hint: other.fix,
  })
}

function assertOneSecret(target: string, hits: readonly Finding[]): void {
  const names = [...new Set(hits.map(({ fingerprint }) => fingerprint))]
  if (names.length === 1) return
  throw new GitwardError('USAGE', `baseline add: ${names.length} secrets stand at ${target}: name one`, {
    hint: `gitward baseline add ${names[0]} --reason '…', or ${names.slice(1).join(', ')}`,
  })
}

function assertDay(expires: string, today: string): void {
  if (expires === '') return
  const isReal = isDay(expires)
  if (isReal && expires >= today) return
  const problem = isReal ? 'is over already' : 'is no day like 2027-01-31'
  throw new GitwardError('USAGE', `baseline add: --expires ${expires} ${problem}`, {
    hint: 'gitward baseline --help',
  })
}

import { GitwardError } from '../core/errors.ts'

/** A finding that somebody accepted. */
export interface BaselineEntry {
  readonly fingerprint: string
  readonly rule: string
  readonly path: string
  /** Why it may stay. Never empty. */
  readonly reason: string
  readonly owner: string
  /** The last day on which it is accepted, `YYYY-MM-DD`; empty for ever. */
  readonly expires: string
}

const FIELDS = ['fingerprint', 'rule', 'path', 'reason', 'owner', 'expires'] as const
const HEADER = [
  '# Findings that gitward accepts, one a line, sorted. Written by: gitward baseline add',
  'version: 1',
  'findings:',
]
const STRING = '("(?:[^"\\\\\\u0000-\\u001f]|\\\\.)*")'
const LINE = new RegExp(`^  - \\{ ${FIELDS.map(field => `${field}: ${STRING}`).join(', ')} \\}$`)
const FINGERPRINT = /^[A-Za-z0-9_-]{22}$/
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/

/**
 * Reads `.gitward/baseline.yaml`: its three header lines, then one line an entry, all fields in order, each a
 * JSON string (which is YAML too). Order of the lines is free, so that merges need no care.
 * @throws {GitwardError} CONFIG with the line number, for anything else.
 */
export function parseBaseline(text: string): BaselineEntry[] {
  const lines = text.replace(/\n$/, '').split('\n')
  for (const [i, expected] of HEADER.entries()) {
    if (lines[i] !== expected) throw refused(i, `expected ${JSON.stringify(expected)}`)
  }
  const entries = lines.slice(HEADER.length).map((line, i) => parseLine(line, HEADER.length + i))
  const seen = new Set<string>()
  for (const [i, entry] of entries.entries()) {
    if (seen.has(keyOf(entry))) throw refused(HEADER.length + i, 'this finding is already listed')
    seen.add(keyOf(entry))
  }
  return entries
}

/** True for a day of the calendar as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = DAY.exec(text)?.slice(1).map(Number) ?? []
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
}

function parseLine(line: string, index: number): BaselineEntry {
  const match = LINE.exec(line)
  if (!match) throw refused(index, `expected "  - { ${FIELDS.map(field => `${field}: …`).join(', ')} }"`)
  const [fingerprint, rule, path, reason, owner, expires] = match.slice(1).map(value => unquote(value, index))
  const entry: BaselineEntry = {
    fingerprint: fingerprint!,
    rule: rule!,
    path: path!,
    reason: reason!,
    owner: owner!,
    expires: expires!,
  }
  if (!isFingerprint(entry.fingerprint)) throw refused(index, 'the fingerprint is not one of gitward')
  if (entry.reason.trim() === '') throw refused(index, 'a reason is needed')
  if (entry.expires !== '' && !isDay(entry.expires)) throw refused(index, 'expires is no day like 2027-01-31')
  return entry
}

/** True for 16 bytes in base64url, whatever they name. */
export const isFingerprint = (text: string): boolean => FINGERPRINT.test(text)

function unquote(value: string, index: number): string {
  try {
    return JSON.parse(value) as string
  } catch (cause) {
    throw refused(index, 'a value is no JSON string', cause)
  }
}

const refused = (index: number, why: string, cause?: unknown): GitwardError =>
  new GitwardError('CONFIG', `.gitward/baseline.yaml:${index + 1}: ${why}`, {
    hint: 'git diff .gitward/baseline.yaml',
    cause,
  })

/** The whole file, sorted by path, rule and fingerprint. `parseBaseline` inverts it. */
export function formatBaseline(entries: readonly BaselineEntry[]): string {
  const sorted = [...entries].sort((a, b) => compare(sortKey(a), sortKey(b)))
  const lines = sorted.map(entry => {
    const fields = FIELDS.map(field => `${field}: ${JSON.stringify(entry[field])}`)
    return `  - { ${fields.join(', ')} }`
  })
  return `${[...HEADER, ...lines].join('\n')}\n`
}

const sortKey = ({ path, rule, fingerprint }: BaselineEntry): string => [path, rule, fingerprint].join('\0')
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type Identity = Pick<BaselineEntry, 'fingerprint' | 'rule' | 'path'>
/** What tells one accepted finding from another. */
export const keyOf = ({ fingerprint, rule, path }: Identity): string => [fingerprint, rule, path].join('\0')

export interface Judged<F> {
  /** Findings that nobody accepted, or no longer. */
  readonly open: readonly F[]
  readonly accepted: readonly F[]
  /** Entries that match no finding: what `baseline prune` removes after a full scan. */
  readonly unused: readonly BaselineEntry[]
}

/**
 * Splits findings by `entries`. `today` is `YYYY-MM-DD`. Only a `secret` is ever accepted: a private key opens the
 * rest, and what a place must be says the policy.
 */
export function applyBaseline<F extends Identity & { readonly kind: string }>(
  findings: readonly F[],
  entries: readonly BaselineEntry[],
  today: string,
): Judged<F> {
  const byKey = new Map(entries.map(entry => [keyOf(entry), entry]))
  const isAccepted = (finding: F): boolean => {
    const entry = byKey.get(keyOf(finding))
    return entry !== undefined && finding.kind === 'secret' && !isExpired(entry, today)
  }
  const found = new Set(findings.map(keyOf))
  return {
    open: findings.filter(finding => !isAccepted(finding)),
    accepted: findings.filter(isAccepted),
    unused: entries.filter(entry => !found.has(keyOf(entry))),
  }
}

/** True from the day after the last one. */
export const isExpired = ({ expires }: BaselineEntry, today: string): boolean =>
  expires !== '' && expires < today

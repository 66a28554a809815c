import type { Bytes } from '../../core/bytes.ts'
import { formatNameOf } from '../../formats/table.ts'
import type { Finding, FindingKind } from '../../report/report.ts'
import type { Place, RawFinding } from '../../scan/rule.ts'
import { flawFingerprint } from './fingerprints.ts'

/** How reports name what came by standard input. */
export const STANDARD_INPUT = '-'

interface Flawed {
  readonly kind: FindingKind
  readonly path: string
  readonly commit: string | null
  readonly pointer?: string
  readonly place?: Place
}

const FILE_START: Place = { line: 1, column: 1, endLine: 1, endColumn: 1 }

/** What mends each kind of flaw, given the path. */
const FIXES: Readonly<Record<Exclude<FindingKind, 'secret'>, (path: string) => string>> = {
  plaintext: path => `gitward unlock && git add --renormalize '${path}'`,
  malformed: path => `git checkout HEAD -- '${path}'`,
  'unknown-key': path => `git log -p -- .gitward/keys '${path}'`,
  'wrong-scope': path => `git checkout HEAD -- '${path}'`,
  'moved-out': path => `gitward protect --whole '${path}'`,
  symlink: path => `git rm --cached '${path}'`,
  attributes: () => 'gitward doctor --fix',
  'filter-clash': path => `git check-attr filter -- '${path}'`,
  'textconv-cache': () => 'git update-ref -d refs/notes/textconv/gitward',
  'private-key': path => `git rm --cached '${path}'`,
  policy: path => `git log -p -- '${path}'`,
}

/** A finding about a place: its form, its attributes, its policy. */
export function flawFinding(
  repo: Bytes,
  { kind, path, commit, pointer = '', place = FILE_START }: Flawed,
): Finding {
  const fix = kind === 'secret' ? '' : FIXES[kind](path)
  return {
    kind,
    rule: kind,
    path,
    ...place,
    severity: kind === 'plaintext' || kind === 'private-key' ? 'critical' : 'high',
    confidence: 'high',
    fingerprint: flawFingerprint(repo, kind, path, pointer),
    fix: inCommit(kind, fix, path, commit),
  }
}

/** A finding of the scanner. */
export function secretFinding(
  { kind, rule, severity, confidence, fingerprint, line, column, endLine, endColumn }: RawFinding,
  path: string,
  commit: string | null,
): Finding {
  const fix = inCommit(
    kind,
    kind === 'private-key' ? FIXES['private-key'](path) : secretFix(path),
    path,
    commit,
  )
  return { kind, rule, path, line, column, endLine, endColumn, severity, confidence, fingerprint, fix }
}

/** Protecting comes first where gitward can: by values if it knows the format. */
function secretFix(path: string): string {
  if (path === STANDARD_INPUT) return 'change the secret'
  const whole = formatNameOf(path) === null ? '--whole ' : ''
  return `gitward protect ${whole}'${path}', and change the secret`
}

/** In history nothing can be mended in place: the commit is what a reviewer must see. */
function inCommit(kind: FindingKind, fix: string, path: string, commit: string | null): string {
  if (commit === null) return fix
  const show = `git show ${commit.slice(0, 12)} -- '${path}'`
  return EXPOSING.has(kind) ? `${show}; then change what it exposed` : show
}

const EXPOSING: ReadonlySet<FindingKind> = new Set(['plaintext', 'secret', 'private-key', 'textconv-cache'])

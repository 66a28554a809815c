import type { Bytes } from '../../core/bytes.ts'
import { gitPathOf } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { formatNameOf } from '../../formats/table.ts'
import type { Finding, FindingKind } from '../../report/report.ts'
import type { Place, RawFinding } from '../../scan/rule.ts'
import { patternOf } from '../../policy/literal.ts'
import { isTemporaryPath } from '../names.ts'
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

/** git takes stars and brackets of a path for a pattern. */
export const pathspec = (path: string): string => quoted(/^:|[*?[\\]/.test(path) ? `:(literal)${path}` : path)

/** What makes ciphertext of what the index holds in plain. */
export const sealAgain = (paths: readonly string[]): string =>
  `gitward unlock && git add --renormalize ${paths.map(pathspec).join(' ')}`

/** What mends each kind of flaw, given the path. */
const FIXES: Readonly<Record<Exclude<FindingKind, 'secret'>, (path: string, pointer: string) => string>> = {
  plaintext: path => (isTemporaryPath(path) ? `git rm -f ${pathspec(path)}` : sealAgain([path])),
  malformed: path => `git reset -q -- ${pathspec(path)}`,
  'unknown-key': () => 'git add .gitward',
  'wrong-scope': path => `git reset -q -- ${pathspec(path)}`,
  'moved-out': (path, pointer) =>
    `gitward protect ${pointer === '' ? '--whole ' : ''}${quoted(patternOf(gitPathOf(path)))}`,
  symlink: path => `git rm --cached ${pathspec(path)}`,
  attributes: () => 'gitward doctor --fix; git add .gitattributes',
  'filter-clash': path => `git check-attr filter -- ${quoted(path)}`,
  'textconv-cache': () =>
    "git for-each-ref --format='delete %(refname)' refs/notes/textconv | git update-ref --stdin",
  'private-key': path => (path === STANDARD_INPUT ? 'change the key' : `git rm --cached ${pathspec(path)}`),
  policy: path => `git log -p -- ${pathspec(path)}`,
}

/** A finding about a place: its form, its attributes, its policy. */
export function flawFinding(
  repo: Bytes,
  { kind, path, commit, pointer = '', place = FILE_START }: Flawed,
): Finding {
  const fix = kind === 'secret' ? '' : FIXES[kind](path, pointer)
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
    kind === 'private-key' ? FIXES['private-key'](path, '') : secretFix(path, line),
    path,
    commit,
  )
  return { kind, rule, path, line, column, endLine, endColumn, severity, confidence, fingerprint, fix }
}

/** What encrypts it: its value alone where gitward knows the format, else the whole file. */
function secretFix(path: string, line: number): string {
  if (path === STANDARD_INPUT) return 'change the secret'
  if (formatNameOf(path) !== null) return `gitward fix ${quoted(`${path}:${line}`)}`
  return `gitward protect --whole ${quoted(patternOf(gitPathOf(path)))}`
}

/** In history nothing can be mended in place: the commit is what a reviewer must see. */
function inCommit(kind: FindingKind, fix: string, path: string, commit: string | null): string {
  if (commit === null) return fix
  const show = `git show ${commit.slice(0, 12)} -- ${pathspec(path)}`
  return EXPOSING.has(kind) ? `${show}; then change what it exposed` : show
}

const EXPOSING: ReadonlySet<FindingKind> = new Set(['plaintext', 'secret', 'private-key', 'textconv-cache'])

import path from 'node:path'
import { fromBase64 } from '../../core/base64.ts'
import { GitwardError } from '../../core/errors.ts'
import { gitPathOf, shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { indexEntries } from '../../git/entries.ts'
import { readBlobs } from '../../git/objects.ts'
import { git, gitLine } from '../../git/run.ts'
import { keysOfScope } from '../../keys/keyring.ts'
import { globOf, patternOf } from '../../policy/literal.ts'
import { pointerScope, protectionOf } from '../../policy/policy.ts'
import type { RawFinding } from '../../scan/rule.ts'
import { rules } from '../../scan/rules/table.ts'
import { scan } from '../../scan/scanner.ts'
import type { Context } from '../context.ts'
import { existsAlready } from '../disk.ts'
import { lockedError } from '../filter/seal.ts'
import { plaintextInHistory } from '../plaintext.ts'
import { requirePolicy } from '../policy-trust.ts'
import { installInClone } from '../setup/install.ts'
import { literally, protect } from '../setup/protect.ts'
import { blobState } from '../status/file-status.ts'
import { workFile, type WorkFile } from '../values/work-file.ts'
import { secretFingerprints } from './fingerprints.ts'
import { covers, readingsOf, type TypedPlace } from './place.ts'
import { sealablePointers } from './sealable.ts'

export interface Fixed {
  readonly path: GitPath
  /** Where the secrets stand; empty for a file that is protected as a whole. */
  readonly pointers: readonly string[]
  readonly findings: readonly RawFinding[]
  /** Lines of the staged file where the same secrets still stand in plain. */
  readonly remaining: readonly number[]
  /** True if some commit holds a plaintext of what is sealed now. */
  readonly isInHistory: boolean
}

interface Seen {
  readonly work: WorkFile
  readonly findings: readonly RawFinding[]
  readonly pointers: readonly string[]
}

/**
 * Protects the values that hold the secrets of one line, by the narrowest rule there is, and stages the file: git
 * gets it encrypted. The policy is changed only once all that `look` and the keys can tell is known.
 * @throws {GitwardError} USAGE if no secret stands there, or none that a value holds; CONFIG without a policy, LOCKED
 *   without the key of `scope`, REFUSED if git would have staged plaintext.
 */
export async function fixSecret(
  context: Context,
  { cwd, place, scope }: { readonly cwd: string; readonly place: TypedPlace; readonly scope: string },
): Promise<Fixed> {
  const policy = await requirePolicy(context)
  const seen = await look(context, fromBase64(policy.compiled.repo)!, { cwd, place })
  const { work, pointers, findings } = seen
  const open = pointers.filter(pointer => pointerScope(work.protection, pointer) === null)
  for (const each of scopesOf(seen, scope)) assertUnlocked(work, each)
  installInClone(context, policy)
  if (open.length > 0)
    await protect(context, { paths: [patternOf(work.path)], keys: open.map(globOf), scope })
  stage(context, work.path)
  const outcome = await judged(context, seen, fromBase64(policy.compiled.repo)!)
  return { path: work.path, pointers, findings, ...outcome }
}

async function look(
  context: Context,
  repo: Uint8Array,
  { cwd, place }: { readonly cwd: string; readonly place: TypedPlace },
): Promise<Seen> {
  const { top } = context.repository
  const readings = readingsOf(top, cwd, place.file)
  const inside = readings.find(each => existsAlready(path.join(top, each))) ?? readings[0]!
  const work = await workFile({ ...context, cwd: top }, inside)
  const findings = scanned(work.bytes, repo).filter(finding => covers(finding, place.line))
  if (findings.length === 0)
    throw new GitwardError('USAGE', `fix: no secret is found at ${inside}:${place.line}`, {
      hint: `gitward scan ${quoted(inside)}`,
    })
  if (findings.some(({ kind }) => kind === 'private-key'))
    throw new GitwardError('USAGE', `${inside}:${place.line}: a private key belongs in no repository`, {
      hint: `git rm --cached ${quoted(inside)}`,
    })
  assertNotIgnored(top, inside)
  const isWhole = work.protection?.mode === 'whole'
  return { work, findings, pointers: isWhole ? [] : await sealablePointers(work, findings) }
}

/** What git ignores is not about to be committed, and `git add` refuses it. */
function assertNotIgnored(top: string, inside: string): void {
  if (gitLine(['check-ignore', '--', inside], { cwd: top }) === null) return
  throw new GitwardError('USAGE', `${inside}: git ignores it, so that nobody commits it`, {
    hint: `gitward protect ${quoted(patternOf(gitPathOf(inside)))} && git add -f ${quoted(inside)}`,
  })
}

const scanned = (bytes: Uint8Array, repo: Uint8Array): RawFinding[] =>
  scan(bytes, { rules, fingerprint: secretFingerprints(repo) })

/** Whose keys it takes. */
function scopesOf({ work: { protection }, pointers }: Seen, scope: string): string[] {
  if (protection?.mode === 'whole') return [protection.scope]
  return [...new Set(pointers.map(pointer => pointerScope(protection, pointer) ?? scope))]
}

function assertUnlocked({ session, path: at }: WorkFile, scope: string): void {
  if (keysOfScope(session?.keyring ?? [], scope).length === 0) throw lockedError(shown(at), scope)
}

/** Twice: the first adds what git does not know yet, the second runs clean where git sees no change. */
function stage({ repository: { top } }: Context, at: GitPath): void {
  for (const renormalize of [[], ['--renormalize']])
    git(['--literal-pathspecs', 'add', ...renormalize, '--pathspec-from-file=-', '--pathspec-file-nul'], {
      cwd: top,
      input: literally([at]),
    })
}

async function judged(
  context: Context,
  { work: { path: at }, findings }: Seen,
  repo: Uint8Array,
): Promise<Pick<Fixed, 'remaining' | 'isInHistory'>> {
  const { repository } = context
  const protection = protectionOf((await requirePolicy(context)).compiled, at)!
  const { id } = indexEntries({ cwd: repository.top }).find(entry => entry.path === at)!
  const blob = readBlobs([id], { cwd: repository.top }).get(id)!
  if ((await blobState(at, blob, protection)) === 'plaintext')
    throw new GitwardError('REFUSED', `${shown(at)}: git did not encrypt it`, {
      hint: `gitward status ${quoted(shown(at))}`,
    })
  const sealed = new Set(findings.map(({ fingerprint }) => fingerprint))
  return {
    remaining: scanned(blob, repo)
      .filter(({ fingerprint }) => sealed.has(fingerprint))
      .map(({ line }) => line),
    isInHistory: (await plaintextInHistory(repository, new Map([[at, protection]]))).length > 0,
  }
}

import { GitwardError, hasCode } from '../../core/errors.ts'
import { gitPath, pathBytes, shown, type GitPath } from '../../core/path.ts'
import { fields, indexEntries, isRegularFile } from '../../git/entries.ts'
import { git } from '../../git/run.ts'
import { keysOfScope } from '../../keys/keyring.ts'
import { addRule, removePatterns } from '../../policy/edit.ts'
import { parsePolicy } from '../../policy/parse.ts'
import {
  compilePolicy,
  protectionOf,
  protectionScopes,
  type CompiledPolicy,
  type Protection,
} from '../../policy/policy.ts'
import type { ProtectRuleInput } from '../../policy/schema.ts'
import type { Context } from '../context.ts'
import { writeTrackedAttributes } from '../attributes.ts'
import { existsAlready } from '../disk.ts'
import { FilterSession } from '../filter/session.ts'
import { lockedError } from '../filter/seal.ts'
import { plaintextInHistory, statesInIndex } from '../plaintext.ts'
import { POLICY_PATH } from '../names.ts'
import { policyHash, writeInfoAttributes } from '../policy-source.ts'
import { currentBranch, workTreeName, type Repository } from '../../git/repository.ts'
import { isWeakerHere } from '../policy-trust.ts'
import { loadTrust, saveCompiled, saveTrust, withLock, writeTracked, type HashedPolicy } from '../state.ts'
import { readTrackedText } from '../tracked.ts'
import { scopesOf } from '../people/members.ts'
import { noSuchScope } from '../people/scope.ts'
import { idleKeys } from './idle-keys.ts'
import { assertLfsMayChange, installLfs } from './lfs.ts'

export { shown as shownPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
export { MODEL_PATTERNS, pickles } from '../../policy/models.ts'
export type { ProtectRuleInput } from '../../policy/schema.ts'

export interface ProtectReport {
  /** Tracked files that were staged anew, encrypted or plain. */
  readonly renormalised: readonly GitPath[]
  /** Tracked files that stay plain: their values cannot be told apart. */
  readonly unsealed: readonly GitPath[]
  /** Tracked files of which the policy selects no value. */
  readonly unselected: readonly GitPath[]
  /** Files whose plaintext older commits still hold. */
  readonly inHistory: readonly GitPath[]
  /** Key globs of the new rule that select nothing in the files that are there. */
  readonly idle: readonly string[]
  /** False if the policy said so already. */
  readonly changed: boolean
}

/**
 * Adds a rule to policy and attributes, then stages the tracked files that it reaches, encrypted.
 * @throws {GitwardError} CONFIG for a bad pattern or a clash of rules, USAGE for an unknown scope, LOCKED without
 *   a key that a tracked file needs.
 */
export async function protect(context: Context, rule: ProtectRuleInput): Promise<ProtectReport> {
  const scope = rule.scope ?? 'default'
  const report = await changePolicy(context, text => {
    if (!scopesOf(context).includes(scope)) throw noSuchScope(scope)
    assertOneMode(text, rule)
    return addRule(text, rule)
  })
  const idle = await idleKeys(context.repository.top, [...trackedPaths(context), ...newPaths(context)], rule)
  return { ...report, idle }
}

/** A pattern that stands for values and for whole files at once would stop every `git add` of its files. */
function assertOneMode(text: string, { paths, whole }: ProtectRuleInput): void {
  const others = parsePolicy(text).protect.filter(
    rule => (rule.whole === undefined) !== (whole === undefined),
  )
  const pattern = paths.find(each => others.some(rule => rule.paths.includes(each)))
  if (pattern === undefined) return
  const now = whole === undefined ? 'as whole files' : 'value by value'
  throw new GitwardError('USAGE', `${pattern} is protected ${now} already`, {
    hint: `gitward unprotect ${quoted(pattern)}`,
  })
}

/** Removes patterns; the files they protected are staged as plaintext. @throws {GitwardError} USAGE if none is there. */
export async function unprotect(context: Context, patterns: readonly string[]): Promise<ProtectReport> {
  return changePolicy(context, text => {
    const { text: edited, removed } = removePatterns(text, patterns)
    const missing = patterns.find(pattern => !removed.includes(pattern))
    if (missing === undefined) return edited
    throw new GitwardError('USAGE', `no rule of the policy has the pattern ${missing}`, {
      hint: `cat ${POLICY_PATH}`,
    })
  })
}

async function changePolicy(context: Context, edit: (text: string) => string): Promise<ProtectReport> {
  const { repository } = context
  return withLock(repository, async () => {
    const text = readTrackedText(repository, POLICY_PATH)
    if (text === null)
      throw new GitwardError('CONFIG', 'this repository has no gitward policy', { hint: 'gitward init' })
    const before = compilePolicy(parsePolicy(text))
    assertNotWeakened(repository, { hash: policyHash(Buffer.from(text)), compiled: before })
    const edited = edit(text)
    const after = compilePolicy(parsePolicy(edited))
    assertNoClash(after, [...trackedPaths(context), ...newPaths(context)])
    const reached =
      edited === text
        ? await leftPlain(context, after)
        : trackedPaths(context).filter(each => differs(before, after, each))
    assertUnlocked(context, reached, before, after)
    assertLfsMayChange(repository, before, after, reached)
    const policy = { hash: policyHash(Buffer.from(edited)), compiled: after }
    const steps = [() => writePolicy(context, edited, after), () => trustOwnChange(repository, policy)]
    // whoever stops us in between finds a policy that is not weaker than the trusted one, and can go on; a move to
    // another scope is weaker both ways, and then needs `policy accept`
    if (isWeakerHere(repository, { hash: policyHash(Buffer.from(text)), compiled: before }, policy))
      steps.reverse()
    for (const step of steps) step()
    saveCompiled(repository, workTreeName(repository), policy) // or the next filter would load the YAML parser
    installLfs(context, after)
    renormalise(context, reached)
    const protections = protectionsOf(after, reached)
    const states = await statesInIndex(repository, protections)
    const inState = (state: string) => reached.filter(each => states.get(each) === state)
    const [unsealed, unselected] = [inState('plaintext'), inState('plain-by-policy')]
    return {
      renormalised: reached.filter(each => ![...unsealed, ...unselected].includes(each)),
      unsealed,
      unselected,
      inHistory: await plaintextInHistory(repository, protections),
      idle: [],
      changed: edited !== text,
    }
  })
}

/** What the policy asks for at those of `paths` that it protects. */
function protectionsOf(policy: CompiledPolicy, paths: readonly GitPath[]): Map<GitPath, Protection> {
  const all = paths.map(each => [each, protectionOf(policy, each)] as const)
  return new Map(all.filter((each): each is [GitPath, Protection] => each[1] !== null))
}

/**
 * Our own change will be trusted, and with it all else that the policy says: no weaker policy may slip in so.
 * @throws {GitwardError} REFUSED.
 */
function assertNotWeakened(repository: Repository, found: HashedPolicy): void {
  const trusted = loadTrust(repository)?.policy
  if (!trusted || !isWeakerHere(repository, trusted, found)) return
  const patterns = ({ rules }: CompiledPolicy) =>
    rules.flatMap(({ paths }) => paths.map(each => each.pattern))
  const kept = new Set(patterns(found.compiled))
  const lost = patterns(trusted.compiled).filter(each => !kept.has(each))
  const what = lost.length > 0 ? `: it lacks ${lost.slice(0, 3).join(', ')}` : ''
  throw new GitwardError('REFUSED', `the policy here is weaker than the one this machine trusts${what}`, {
    hint: `git log -p -- ${POLICY_PATH}; if it is meant, as after a git reset: gitward policy accept`,
  })
}

/** Files that `git add` would refuse are not left for it to find. @throws {GitwardError} CONFIG. */
function assertNoClash(policy: CompiledPolicy, paths: readonly GitPath[]): void {
  try {
    for (const each of paths) protectionOf(policy, each)
  } catch (error) {
    if (!hasCode(error, 'CONFIG')) throw error
    throw new GitwardError('CONFIG', error.message, {
      hint: `use patterns that do not meet: cat ${POLICY_PATH}`,
      cause: error,
    })
  }
}

/** Whose keys it takes to stage a file anew. Between value rules, values of a locked scope keep their tokens. */
function scopesNeeded(before: Protection | null, after: Protection | null): string[] {
  if (before?.mode === 'values' && after?.mode === 'values') return []
  return [before, after].flatMap(each => (each ? protectionScopes(each) : []))
}

/** @throws {GitwardError} LOCKED, before anything is written. */
function assertUnlocked(
  { repository, ...effects }: Context,
  paths: readonly GitPath[],
  before: CompiledPolicy,
  after: CompiledPolicy,
): void {
  const { keyring } = new FilterSession(repository, { ...effects, cwd: repository.top })
  for (const each of paths) {
    const scopes = scopesNeeded(protectionOf(before, each), protectionOf(after, each))
    const locked = scopes.find(scope => keysOfScope(keyring, scope).length === 0)
    if (locked !== undefined) throw lockedError(shown(each), locked)
  }
}

const trackedPaths = ({ repository }: Context): GitPath[] =>
  indexEntries({ cwd: repository.top })
    .filter(isRegularFile)
    .map(entry => entry.path)

/** Files of the work tree that git neither tracks nor ignores. */
const newPaths = ({ repository }: Context): GitPath[] =>
  fields(git(['ls-files', '-z', '--others', '--exclude-standard'], { cwd: repository.top }).stdout).map(
    gitPath,
  )

const differs = (before: CompiledPolicy, after: CompiledPolicy, at: GitPath): boolean =>
  JSON.stringify(protectionOf(before, at)) !== JSON.stringify(protectionOf(after, at))

function writePolicy({ repository }: Context, text: string, compiled: CompiledPolicy): void {
  writeTracked(repository, POLICY_PATH, text)
  writeTrackedAttributes(repository, compiled)
}

/** Who changes the policy by command means it: this machine trusts the result, weaker or not. */
function trustOwnChange(repository: Repository, policy: HashedPolicy): void {
  const trust = loadTrust(repository)
  const acceptance = { hash: policy.hash, branch: currentBranch(repository) }
  if (trust) saveTrust(repository, { ...trust, policy, accepted: [...trust.accepted, acceptance] })
  writeInfoAttributes(repository, policy)
}

/** What a `protect` that was stopped half way, or a policy from elsewhere, left in the index as it was. */
async function leftPlain(context: Context, policy: CompiledPolicy): Promise<GitPath[]> {
  const protections = protectionsOf(policy, trackedPaths(context))
  const states = await statesInIndex(context.repository, protections)
  return [...states].filter(([, state]) => state === 'plaintext').map(([each]) => each)
}

/**
 * `git add --renormalize` of exactly these files, as far as they stand in the work tree: clean runs on each,
 * attributes old and new being in place.
 */
function renormalise({ repository }: Context, all: readonly GitPath[]): void {
  const top = Buffer.from(`${repository.top}/`)
  const paths = all.filter(each => existsAlready(Buffer.concat([top, pathBytes(each)])))
  if (paths.length === 0) return
  git(['--literal-pathspecs', 'add', '--renormalize', '--pathspec-from-file=-', '--pathspec-file-nul'], {
    cwd: repository.top,
    input: literally(paths),
  })
}

/** Paths for `--pathspec-from-file=- --pathspec-file-nul`. */
export const literally = (paths: readonly GitPath[]): Uint8Array =>
  Buffer.concat(paths.flatMap(each => [Buffer.from(pathBytes(each)), Buffer.from([0])]))

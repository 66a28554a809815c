import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { base64 } from '../../core/base64.ts'
import { GitwardError } from '../../core/errors.ts'
import { REPO_ID_BYTES } from '../../crypto/epoch-key.ts'
import { primitives } from '../../crypto/node.ts'
import { userName } from '../../git/porcelain.ts'
import { mergeKeyrings, type UnlockedKey } from '../../keys/keyring.ts'
import { noPins, withPin } from '../../keys/pins.ts'
import { isMemberName, type RecipientClass } from '../../keys/recipients.ts'
import { newPolicy } from '../../policy/new-policy.ts'
import { parsePolicy } from '../../policy/parse.ts'
import { compilePolicy } from '../../policy/policy.ts'
import type { HookManager } from '../../policy/schema.ts'
import { writeTrackedAttributes } from '../attributes.ts'
import type { Context } from '../context.ts'
import { writeAtomic } from '../disk.ts'
import { installHooks, recordedHooks, type HooksReport } from '../hooks/install.ts'
import { hookPlace } from '../hooks/place.ts'
import { managerOf } from '../hooks/table.ts'
import { ATTRIBUTES_PATH, POLICY_PATH } from '../names.ts'
import { ownIdentity, type IdentityPlace } from '../people/identity.ts'
import { assertScopeName, newScope, type NewFiles } from '../people/scope.ts'
import { policyToTrust, requirePolicy } from '../policy-trust.ts'
import { loadKeyring, loadTrust, saveKeyring, saveTrust, withLock } from '../state.ts'
import { epochFiles, readTracked } from '../tracked.ts'
import { installInClone } from './install.ts'

export interface InitOptions {
  readonly scope?: string | undefined
  readonly kind: RecipientClass
  /** Undefined: `auto` for a new repository. */
  readonly hooks?: HookManager | undefined
}

export interface InitReport {
  readonly identity: IdentityPlace
  readonly memberName: string
  readonly unlocked: UnlockedKey
  /** Files that were written, to be committed. */
  readonly written: readonly string[]
  /** False where a scope was added to a repository that has a policy. */
  readonly isNewRepository: boolean
  /** Null where a scope was added. */
  readonly hooks: HooksReport | null
}

/** True if the repository has a policy. */
export const isInitialised = ({ repository }: Context): boolean =>
  readTracked(repository, POLICY_PATH) !== null

/**
 * Protects a repository, or adds a scope to a protected one. Stages and commits nothing.
 * @throws {GitwardError} USAGE if there is nothing to do.
 */
export async function init(
  context: Context,
  { scope = 'default', kind, hooks }: InitOptions,
): Promise<InitReport> {
  assertScopeName(scope)
  const isNewRepository = !isInitialised(context)
  if (!isNewRepository) assertSameHooks(context, hooks)
  if (epochFiles(context.repository).some(file => file.scope === scope)) throw alreadyThere(scope)
  return withLock(context.repository, async () => {
    const identity = await ownIdentity(kind, context.env)
    const memberName = await ownName(context)
    const repo = isNewRepository
      ? base64(primitives.random(REPO_ID_BYTES))
      : (await requirePolicy(context)).compiled.repo
    const { unlocked, files } = await newScope(scope, repo, [
      { name: memberName, recipient: identity.recipient },
    ])
    const manager = managerOf(hookPlace(context), hooks ?? 'auto')?.kind ?? 'none'
    const written = isNewRepository
      ? writeNewRepository(context, files, newPolicy({ repo, hooks: manager }))
      : writeFiles(context, files)
    await trustScope(context, unlocked)
    const installed = isNewRepository ? installHooks(context, manager) : null
    return { identity, memberName, unlocked, written, isNewRepository, hooks: installed }
  })
}

/** @throws {GitwardError} USAGE: the policy says already who runs the hooks. */
function assertSameHooks(context: Context, hooks: HookManager | undefined): void {
  const recorded = recordedHooks(context)
  if (hooks === undefined || hooks === recorded) return
  throw new GitwardError('USAGE', `the policy says hooks: ${recorded}`, {
    hint: `write hooks: ${hooks} into ${POLICY_PATH}, then gitward doctor --fix`,
  })
}

/** user.name where it can be a member's name, else the system's: git takes any text there. */
async function ownName({ repository }: Context): Promise<string> {
  const name = (await userName(repository.top))?.trim() ?? ''
  return isMemberName(name) ? name : userInfo().username
}

/** The whole `.gitward` folder appears at once; then the attributes. */
function writeNewRepository({ repository }: Context, files: NewFiles, policy: string): string[] {
  const { top } = repository
  const staging = mkdtempSync(path.join(top, '.gitward-new-'))
  try {
    writeInto(staging, new Map([...files, [POLICY_PATH, policy]]))
    moveIntoPlace(path.join(staging, '.gitward'), path.join(top, '.gitward'))
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  writeTrackedAttributes(repository, compilePolicy(parsePolicy(policy)))
  return [ATTRIBUTES_PATH, POLICY_PATH, ...files.keys()]
}

/** @throws {GitwardError} USAGE if a folder with something in it stands there: it may hold keys. */
function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (cause) {
    throw new GitwardError('USAGE', '.gitward exists and holds no policy', {
      hint: 'git status .gitward',
      cause,
    })
  }
}

function writeFiles({ repository: { top } }: Context, files: NewFiles): string[] {
  writeInto(top, files)
  return [...files.keys()]
}

function writeInto(folder: string, files: NewFiles): void {
  for (const [relative, text] of files) {
    mkdirSync(path.dirname(path.join(folder, relative)), { recursive: true })
    writeAtomic(path.join(folder, relative), text)
  }
}

/** Whoever makes a scope trusts its key, and has it unlocked. */
async function trustScope(context: Context, unlocked: UnlockedKey): Promise<void> {
  const { repository } = context
  const policy = await requirePolicy(context)
  const trust = loadTrust(repository)
  const pins = withPin(
    trust?.pins ?? noPins(policy.compiled.repo),
    unlocked.scope,
    unlocked.epoch,
    unlocked.key.fingerprint,
  )
  const trusted = policyToTrust(repository, trust?.policy ?? null, policy)
  saveTrust(repository, { pins, policy: trusted, accepted: trust?.accepted ?? [] })
  saveKeyring(repository, mergeKeyrings(loadKeyring(repository), [unlocked]))
  installInClone(context, policy)
}

function alreadyThere(scope: string): GitwardError {
  return new GitwardError('USAGE', `this repository has a scope ${scope} already`, {
    hint: 'in a fresh clone: gitward unlock; for one more scope: gitward init --scope NAME',
  })
}

import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { GitwardError } from '../core/errors.ts'
import { missingConfig } from '../git/config.ts'
import { assertLfs } from '../git/lfs.ts'
import { gitVersion } from '../git/porcelain.ts'
import { identitySources } from '../keys/sources/table.ts'
import { userIdentityFile } from '../keys/sources/file.ts'
import { usesLfs } from '../policy/policy.ts'
import type { Context } from './context.ts'
import { attributesAreCurrent, writeAttributes } from './attributes.ts'
import { installHooks, lookAtHooks, recordedHooks } from './hooks/install.ts'
import { ATTRIBUTES_PATH } from './names.ts'
import { infoAttributesFile, wantedInfoAttributes } from './policy-source.ts'
import { isWeakerHere, requirePolicy } from './policy-trust.ts'
import { membersOf, scopesOf } from './people/members.ts'
import { installInClone } from './setup/install.ts'
import { hasLfsPushHook, LFS_HOOK_HINT } from './setup/lfs-hook.ts'
import { loadKeyring, loadTrust, stateFolder, type HashedPolicy } from './state.ts'
import { assertKidsUnique, epochFiles } from './tracked.ts'

export interface Diagnosis {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly what: string
  /** The command that mends it. */
  readonly mend?: string
}

/** One thing to look at; throwing counts as `fail`. */
type Examination = (context: Context, policy: HashedPolicy) => Promise<Diagnosis> | Diagnosis | Diagnosis[]

const OLDEST_GIT = { major: 2, minor: 31 }

/** Each is a line of `gitward doctor`, or several. */
const examinations: readonly Examination[] = [
  gitIsRecentEnough,
  filterIsInstalled,
  attributesMatchPolicy,
  infoAttributesMatchPolicy,
  hooksAreInstalled,
  lfsIsReady,
  keysAreUnambiguous,
  recipientsAreReadable,
  identityIsThere,
  keysAreUnlocked,
  stateIsPrivate,
  policyIsTrusted,
]

/** Looks at everything that lets gitward work here. `fix` first installs what a clone lacks. */
export async function doctor(context: Context, { fix }: { fix: boolean }): Promise<Diagnosis[]> {
  const policy = await requirePolicy(context)
  if (fix) repair(context, policy)
  const found: Diagnosis[] = []
  for (const examine of examinations) found.push(...(await examined(examine, context, policy)))
  return found
}

/** What a clone lacks, and a .gitattributes that fell behind its policy. */
function repair(context: Context, policy: HashedPolicy): void {
  installInClone(context, policy)
  installHooks(context, recordedHooks(context))
  writeAttributes(path.join(context.repository.top, ATTRIBUTES_PATH), policy.compiled)
}

async function examined(examine: Examination, context: Context, policy: HashedPolicy): Promise<Diagnosis[]> {
  try {
    return [await examine(context, policy)].flat()
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    return [fail(error.message, error.hint)]
  }
}

const ok = (what: string): Diagnosis => ({ level: 'ok', what })
const warn = (what: string, mend: string): Diagnosis => ({ level: 'warn', what, mend })
const fail = (what: string, mend?: string): Diagnosis => ({
  level: 'fail',
  what,
  ...(mend === undefined ? {} : { mend }),
})

async function gitIsRecentEnough({ repository }: Context): Promise<Diagnosis> {
  const { major, minor } = await gitVersion(repository.top)
  const isOld = major < OLDEST_GIT.major || (major === OLDEST_GIT.major && minor < OLDEST_GIT.minor)
  return isOld
    ? fail(`git ${major}.${minor} is older than 2.31`, 'install a newer git')
    : ok(`git ${major}.${minor}`)
}

function filterIsInstalled({ repository, launcher }: Context): Diagnosis {
  const missing = missingConfig(launcher, { cwd: repository.top })
  if (missing.length > 0)
    return fail(
      `this clone lacks ${missing.join(', ')}: git would store plaintext or fail`,
      'gitward doctor --fix',
    )
  return ok('filter, diff and merge settings are in this clone')
}

function attributesMatchPolicy({ repository: { top } }: Context, { compiled }: HashedPolicy): Diagnosis {
  if (attributesAreCurrent(path.join(top, ATTRIBUTES_PATH), compiled))
    return ok('.gitattributes says what the policy says')
  return fail(
    '.gitattributes does not say what the policy says: other clones would not encrypt',
    'gitward doctor --fix',
  )
}

function infoAttributesMatchPolicy({ repository }: Context, { compiled }: HashedPolicy): Diagnosis {
  const wanted = wantedInfoAttributes(repository, compiled)
  if (attributesAreCurrent(infoAttributesFile(repository), wanted))
    return ok('info/attributes holds the managed block')
  return fail('info/attributes lacks the managed block', 'gitward doctor --fix')
}

function hooksAreInstalled(context: Context): Diagnosis[] {
  const { kind, problems } = lookAtHooks(context, recordedHooks(context))
  if (problems.length > 0) return problems.map(({ what, mend }) => fail(`hooks: ${what}`, mend))
  return [ok(kind === 'none' ? 'hooks: none, as the policy says' : `hooks are in place, run by ${kind}`)]
}

function lfsIsReady({ repository }: Context, { compiled }: HashedPolicy): Diagnosis[] {
  if (!usesLfs(compiled)) return []
  assertLfs({ cwd: repository.top })
  if (hasLfsPushHook(repository)) return [ok('git-lfs is here, and its pre-push hook is')]
  return [warn('a push would leave files in git-lfs behind: their pre-push hook is missing', LFS_HOOK_HINT)]
}

function keysAreUnambiguous({ repository }: Context): Diagnosis {
  const files = epochFiles(repository)
  assertKidsUnique(files)
  const twice = files.find(a => files.some(b => a !== b && a.scope === b.scope && a.epoch === b.epoch))
  if (!twice) return ok(`${files.length} epoch file${files.length === 1 ? '' : 's'}, one an epoch`)
  return fail(
    `epoch ${twice.epoch} of scope ${twice.scope} has two files`,
    `git log -- .gitward/keys/${twice.scope}`,
  )
}

function recipientsAreReadable(context: Context): Diagnosis {
  const members = new Set(
    scopesOf(context).flatMap(scope => membersOf(context, scope).map(({ name }) => name)),
  )
  return ok(`${members.size} member${members.size === 1 ? '' : 's'}`)
}

function identityIsThere({ env }: Context): Diagnosis {
  const found = identitySources.filter(({ load }) => load(env) !== null).map(({ name }) => name)
  if (found.length === 0) return warn('no identity on this machine', 'gitward keygen')
  for (const kind of ['hybrid', 'classic'] as const) {
    const file = userIdentityFile(kind, env)
    if (existsSync(file) && (statSync(file).mode & 0o077) !== 0)
      return warn(`${file} can be read by others`, `chmod 600 ${file}`)
  }
  return ok(`identity from ${found.join(', ')}`)
}

function keysAreUnlocked({ repository }: Context): Diagnosis {
  const unlocked = new Set(loadKeyring(repository).map(({ scope }) => scope))
  const locked = scopesOf({ repository }).filter(scope => !unlocked.has(scope))
  return locked.length === 0
    ? ok(`unlocked: ${[...unlocked].join(', ')}`)
    : warn(`locked: ${locked.join(', ')}`, 'gitward unlock')
}

function stateIsPrivate({ repository }: Context): Diagnosis {
  const folder = stateFolder(repository)
  if (!existsSync(folder)) return ok('nothing is kept on this machine yet')
  return (statSync(folder).mode & 0o077) === 0
    ? ok('the keyring folder is private')
    : fail(`${folder} can be read by others`, `chmod 700 ${folder}`)
}

function policyIsTrusted({ repository }: Context, policy: HashedPolicy): Diagnosis {
  const trusted = loadTrust(repository)?.policy
  if (!trusted) return warn('this machine trusts no policy yet', 'gitward unlock')
  if (isWeakerHere(repository, trusted, policy))
    return warn('the policy here is weaker than the trusted one', 'gitward policy accept')
  return ok('the policy is the trusted one, or stronger')
}

import { existsSync, statSync } from 'node:fs'
import { startsWith } from '../../core/bytes.ts'
import { shellWord } from '../../core/shell-word.ts'
import { userIdentityFile } from '../../keys/sources/file.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { identitySources } from '../../keys/sources/table.ts'
import { highestPinned, pinnedFingerprint, type Pins } from '../../keys/pins.ts'
import type { Context } from '../context.ts'
import { FilterSession } from '../filter/session.ts'
import { epochFolder } from '../names.ts'
import { membersOf, scopesOf } from '../people/members.ts'
import { loadTrust } from '../state.ts'
import { assertKidsUnique, epochFiles, type EpochFile } from '../tracked.ts'
import { fail, ok, warn, type Diagnosis } from './diagnosis.ts'

export function keysAreUnambiguous({ repository }: Context): Diagnosis {
  const files = epochFiles(repository)
  assertKidsUnique(files)
  const twice = files.find(a => files.some(b => a !== b && a.scope === b.scope && a.epoch === b.epoch))
  if (!twice) return ok(`${files.length} epoch file${files.length === 1 ? '' : 's'}, one an epoch`)
  return fail(
    `epoch ${twice.epoch} of scope ${twice.scope} has two files`,
    `git log -- .gitward/keys/${twice.scope}`,
  )
}

/** The epoch keys of this branch are those that this machine trusts: nothing else says what may be sealed. */
export function epochsAreKnown({ repository }: Context): Diagnosis[] {
  const pins = loadTrust(repository)?.pins
  if (!pins) return []
  const files = epochFiles(repository)
  const found = [...new Set(files.map(({ scope }) => scope))].flatMap(scope =>
    lookAtEpochs(
      pins,
      scope,
      files.filter(each => each.scope === scope),
    ),
  )
  return found.length > 0 ? found : [ok('the epoch keys here are the trusted ones')]
}

function lookAtEpochs(pins: Pins, scope: string, files: readonly EpochFile[]): Diagnosis[] {
  const history = `git log --all -- ${epochFolder(scope)}`
  const other = files.find(({ epoch, kid }) => {
    const pinned = pinnedFingerprint(pins, scope, epoch)
    return pinned !== null && !startsWith(pinned, kid)
  })
  if (other)
    return [fail(`epoch ${other.epoch} of scope ${scope} is not the key that this machine trusts`, history)]
  const [here, pinned] = [Math.max(...files.map(({ epoch }) => epoch)), highestPinned(pins, scope)]
  if (pinned > 0 && here > pinned)
    return [warn(`epoch ${here} of scope ${scope} is new: nothing is sealed before this`, 'gitward unlock')]
  if (here < pinned)
    return [warn(`this branch lacks epoch ${pinned} of scope ${scope}: merge one that has it`, history)]
  return []
}

export function recipientsAreReadable(context: Context): Diagnosis {
  const members = new Set(
    scopesOf(context).flatMap(scope => membersOf(context, scope).map(({ name }) => name)),
  )
  return ok(`${members.size} member${members.size === 1 ? '' : 's'}`)
}

export function identityIsThere({ env }: Context): Diagnosis {
  const named = env['GITWARD_IDENTITY_FILE']
  const [open] = publicIdentities([...ownIdentities(env), ...(named ? [named] : [])])
  if (open !== undefined) return warn(`${open} can be read by others`, `chmod 600 ${shellWord(open)}`)
  const found = identitySources.filter(({ load }) => load(env) !== null).map(({ name }) => name)
  if (found.length === 0) return warn('no identity on this machine', 'gitward keygen')
  return ok(`identity from ${found.join(', ')}`)
}

/** Where this user's identities live. A file that GITWARD_IDENTITY_FILE names may be anybody's. */
export const ownIdentities = (env: Environment): string[] =>
  (['hybrid', 'classic'] as const).map(kind => userIdentityFile(kind, env))

/** Those files that others than their owner can read. */
export const publicIdentities = (files: readonly string[]): string[] =>
  files.filter(file => existsSync(file) && (statSync(file).mode & 0o077) !== 0)

/** By `unlock`, or by GITWARD_KEY and GITWARD_KEY_CMD. */
export async function keysAreUnlocked({ repository, ...effects }: Context): Promise<Diagnosis> {
  const session = new FilterSession(repository, { ...effects, cwd: repository.top })
  await session.policies.here()
  const unlocked = new Set(session.keyring.map(({ scope }) => scope))
  const locked = scopesOf({ repository }).filter(scope => !unlocked.has(scope))
  return locked.length === 0
    ? ok(`unlocked: ${[...unlocked].join(', ')}`)
    : warn(`locked: ${locked.join(', ')}`, 'gitward unlock')
}

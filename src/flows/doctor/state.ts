import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { errno } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { Repository } from '../../git/repository.ts'
import type { Context } from '../context.ts'
import { isWeakerHere } from '../policy-trust.ts'
import { loadTrust, stateFolder, type HashedPolicy } from '../state.ts'
import { fail, ok, warn, type Diagnosis } from './diagnosis.ts'

interface PublicPlace {
  readonly path: string
  /** What its permission bits should be. */
  readonly mode: number
}

export function stateIsPrivate({ repository }: Context): Diagnosis[] {
  if (!existsSync(stateFolder(repository))) return [ok('nothing is kept on this machine yet')]
  const open = publicPlaces(repository)
  if (open.length === 0) return [ok('the keyring folder is private')]
  return open.map(each =>
    fail(`${each.path} can be read by others`, `chmod ${each.mode.toString(8)} ${shellWord(each.path)}`),
  )
}

/** The folder with the keyring and its files, as far as others than their owner can read them. */
export function publicPlaces(repository: Repository): PublicPlace[] {
  const folder = stateFolder(repository)
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { withFileTypes: true }).filter(each => each.isFile())
  return [
    { path: folder, mode: 0o700 },
    ...files.map(({ name }) => ({ path: path.join(folder, name), mode: 0o600 })),
  ].filter(each => ((statSync(each.path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0)
}

export function stateCanBeWritten({ repository }: Context): Diagnosis {
  const folder = existsSync(stateFolder(repository)) ? stateFolder(repository) : repository.commonDir
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return ok('keys and trust can be kept here')
  } catch (error) {
    return warn(
      `${folder} cannot be written (${errno(error)}): unlock, lock, protect and set would refuse`,
      `ls -ld ${shellWord(folder)}`,
    )
  }
}

export function policyIsTrusted({ repository }: Context, policy: HashedPolicy): Diagnosis {
  const trusted = loadTrust(repository)?.policy
  if (!trusted) return warn('this machine trusts no policy yet', 'gitward unlock')
  if (isWeakerHere(repository, trusted, policy))
    return warn('the policy here is weaker than the trusted one', 'gitward policy accept')
  return ok('the policy is the trusted one, or stronger')
}

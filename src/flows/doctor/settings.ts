import { missingConfig, overriddenConfig } from '../../git/config.ts'
import { gitVersion } from '../../git/porcelain.ts'
import type { Context } from '../context.ts'
import { fail, ok, type Diagnosis } from './diagnosis.ts'

const OLDEST_GIT = { major: 2, minor: 31 }

export async function gitIsRecentEnough({ repository }: Context): Promise<Diagnosis> {
  const { major, minor } = await gitVersion(repository.top)
  const isOld = major < OLDEST_GIT.major || (major === OLDEST_GIT.major && minor < OLDEST_GIT.minor)
  return isOld
    ? fail(`git ${major}.${minor} is older than 2.31`, 'install a newer git')
    : ok(`git ${major}.${minor}`)
}

export function filterIsInstalled({ repository, launcher }: Context): Diagnosis {
  const missing = missingConfig(launcher, { cwd: repository.top })
  const risk = missing.every(name => name.startsWith('gitward.'))
    ? 'its hooks may not find gitward'
    : 'git would store plaintext or fail'
  if (missing.length > 0)
    return fail(`this clone lacks ${missing.join(', ')}: ${risk}`, 'gitward doctor --fix')
  return ok('filter, diff and merge settings are in this clone')
}

/** git reads more than the clone's own config: what comes later wins. */
export function nothingOverridesFilter({ repository, launcher }: Context): Diagnosis {
  const [first, ...others] = overriddenConfig(launcher, { cwd: repository.top })
  if (first === undefined) return ok('no other config changes them')
  return fail(
    `another config changes ${[first, ...others].join(', ')}: git would not do what this clone says`,
    `git config --show-origin --get-all ${first}`,
  )
}

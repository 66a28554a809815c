import { readFileSync } from 'node:fs'
import { GitwardError } from '../../core/errors.ts'
import { assertComplete } from '../../git/changes.ts'
import { peeledTypes } from '../../git/objects.ts'
import { gitLine, type GitOptions } from '../../git/run.ts'
import type { Context } from '../context.ts'
import { occasionOf, type Occasion } from './ci-events.ts'
import { asStored } from './subjects.ts'

/** The commits that are new in this run of a CI system. */
export interface CiRange {
  /** In the words of `--range`; null if the run brings none, as when a branch is deleted. */
  readonly range: string | null
  /** How it was found, for people. */
  readonly reason: string
}

/**
 * Finds the commits that nobody judged before. If in doubt it takes more, never none.
 * @throws {GitwardError} GIT if commits are missing here, with the command that fetches them; USAGE if nothing says
 *   which commits are new.
 */
export function ciRange({ repository, env }: Context): CiRange {
  const options = asStored(repository)
  assertComplete(options)
  const occasion = occasionOf(env, path => readFileSync(path, 'utf8'))
  return occasion ? rangeOf(occasion, options) : sinceRemoteHead(options)
}

function rangeOf({ tips, base, branch, mainBranch }: Occasion, options: GitOptions): CiRange {
  if (tips.length === 0) return { range: null, reason: 'a ref was deleted' }
  for (const tip of tips) if (!isHere(tip, options)) throw missing(tip)
  if (base !== null && isHere(base, options)) return since(tips, base, `commits since ${base.slice(0, 12)}`)
  if (mainBranch === null) return sinceRemoteHead(options)
  if (branch !== mainBranch) {
    const remote = `refs/remotes/origin/${mainBranch}`
    if (!isHere(remote, options)) throw missing(`+refs/heads/${mainBranch}:${remote}`)
    const lost = base === null ? '' : ` (${base.slice(0, 12)}, which stood there before, is gone)`
    return since(tips, remote, `commits that origin/${mainBranch} does not have${lost}`)
  }
  if (base !== null) throw missing(base)
  return { range: tips.join(' '), reason: `the whole history of ${mainBranch}` }
}

const since = (tips: readonly string[], base: string, reason: string): CiRange => ({
  range: [...tips, `^${base}`].join(' '),
  reason,
})

/** For any other CI: a branch against the default branch of the remote. There, nothing says what is new. */
function sinceRemoteHead(options: GitOptions): CiRange {
  const remote = gitLine(['symbolic-ref', '-q', 'refs/remotes/origin/HEAD'], options)
  const count =
    remote && gitLine(['rev-list', '--count', '--max-count=1', 'HEAD', `^${remote}`, '--'], options)
  if (!remote || count !== '1') {
    throw new GitwardError('USAGE', 'check: nothing says which commits are new here', {
      hint: 'gitward check --range OLD..NEW',
    })
  }
  return since(['HEAD'], remote, `commits that ${remote.replace('refs/remotes/', '')} does not have`)
}

const isHere = (revision: string, options: GitOptions): boolean =>
  peeledTypes([revision], options).get(revision) === 'commit'

const missing = (what: string): GitwardError =>
  new GitwardError('GIT', `${what.replace(/^.*:/, '')} is not in this clone`, {
    hint: `git fetch origin ${what}`,
  })

import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { git, gitLine } from '../../git/run.ts'
import type { Repository } from '../../git/repository.ts'
import { makePrivateFolder, readTextIfPresent } from '../disk.ts'
import { stateFolder } from '../state.ts'

/** A hook that GITWARD=0 switched off once. */
interface Skip {
  /** ISO 8601. */
  readonly time: string
  readonly hook: string
  /** Of what was about to be committed. */
  readonly tree: string
}

/** A commit that was made while its hook was switched off. */
export interface SkippedCommit extends Skip {
  readonly commit: string
}

const logFile = (repository: Repository): string => path.join(stateFolder(repository), 'skipped')

/** Leaves a line in the common folder: this clone remembers which tree no hook has seen. */
export function recordSkip(repository: Repository, hook: string, now: Date): void {
  const tree = hook === 'pre-push' ? null : gitLine(['write-tree'], { cwd: repository.top })
  makePrivateFolder(stateFolder(repository))
  appendFileSync(logFile(repository), `${now.toISOString()} ${hook} ${tree ?? '-'}\n`, { mode: 0o600 })
}

/** The commits of a range that this clone made while their hook was switched off, in the order of the skips. */
export function skippedCommits(repository: Repository, range: string): SkippedCommit[] {
  const text = readTextIfPresent(logFile(repository))
  if (text === null) return []
  const commits = firstCommits(repository, range)
  return text.split('\n').flatMap(line => {
    const [time = '', hook = '', tree = ''] = line.split(' ')
    const commit = commits.get(tree)
    return commit === undefined ? [] : [{ time, hook, tree, commit }]
  })
}

/** The oldest commit of each tree. */
function firstCommits(repository: Repository, range: string): ReadonlyMap<string, string> {
  const revisions = range.split(' ').filter(part => part !== '')
  const log = ['log', '--topo-order', '--format=%T %H', '--end-of-options', ...revisions, '--']
  const lines = git(log, { cwd: repository.top }).stdout.toString().split('\n')
  return new Map(lines.map(line => line.split(' ') as [string, string])) // newest first: the oldest stays
}

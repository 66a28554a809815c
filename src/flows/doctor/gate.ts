import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { gitLine } from '../../git/run.ts'
import type { Context } from '../context.ts'
import { readTextIfPresent } from '../disk.ts'
import { lookAtHooks, recordedHooks } from '../hooks/install.ts'
import { fail, ok, warn, type Diagnosis } from './diagnosis.ts'

export function hooksAreInstalled(context: Context): Diagnosis[] {
  const { kind, problems } = lookAtHooks(context, recordedHooks(context))
  if (problems.length > 0) return problems.map(({ what, mend }) => fail(`hooks: ${what}`, mend))
  return [ok(kind === 'none' ? 'hooks: none, as the policy says' : `hooks are in place, run by ${kind}`)]
}

/** Files that a CI system reads, and folders of them. */
const CI_PLACES = [
  '.github/workflows',
  '.gitlab-ci.yml',
  '.gitlab',
  '.circleci/config.yml',
  '.forgejo/workflows',
  '.gitea/workflows',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
  'Jenkinsfile',
]

/** A clone that nobody configured commits plaintext, and CI is who sees it. Silent where there is no CI. */
export function ciRunsTheCheck({ repository: { top } }: Context): Diagnosis[] {
  const files = CI_PLACES.flatMap(place => filesAt(path.join(top, place)))
  if (files.length === 0) return []
  if (files.some(file => readTextIfPresent(file)?.includes('gitward'))) return [ok('CI runs gitward')]
  const system = existsSync(path.join(top, '.github')) ? 'github' : 'gitlab'
  return [
    warn(
      'no CI file here names gitward: nobody sees what a clone without it pushes',
      `gitward init --ci ${system}`,
    ),
  ]
}

function filesAt(place: string): string[] {
  if (!existsSync(place)) return []
  const inFolder = /\.ya?ml$|file$/.test(place) ? null : readdirSync(place)
  return inFolder?.filter(name => /\.ya?ml$/.test(name)).map(name => path.join(place, name)) ?? [place]
}

/** What is not here cannot be checked: `check --range` says so, too. */
export function historyIsWhole({ repository: { top } }: Context): Diagnosis {
  if (gitLine(['rev-parse', '--is-shallow-repository'], { cwd: top }) !== 'true')
    return ok('the history is whole')
  return warn(
    'this clone is shallow: check --range may lack commits, and protect cannot see plaintext in old ones',
    'git fetch --unshallow',
  )
}

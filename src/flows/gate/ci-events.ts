import { GitwardError } from '../../core/errors.ts'
import type { Environment } from '../../keys/sources/source.ts'

/** What a CI system says about the commits of a run. */
export interface Occasion {
  /** The newest commits: ids, or HEAD. None for a ref that was deleted. */
  readonly tips: readonly string[]
  /** The commit that stood there before; null for a new branch, or where a run has no before. */
  readonly base: string | null
  /** Branch that was pushed to; null if there is none, as in a merge request. */
  readonly branch: string | null
  /** Branch whose commits were judged before; null if nobody says. */
  readonly mainBranch: string | null
}

/** The parts of an event file (GITHUB_EVENT_PATH) that say which commits are new. */
interface GithubEvent {
  readonly before?: unknown
  readonly after?: unknown
  readonly ref?: unknown
  readonly repository?: { readonly default_branch?: unknown }
  readonly pull_request?: {
    readonly base?: { readonly sha?: unknown; readonly ref?: unknown }
    readonly head?: { readonly sha?: unknown }
  }
  readonly merge_group?: {
    readonly base_sha?: unknown
    readonly head_sha?: unknown
    readonly base_ref?: unknown
  }
}

/**
 * The occasion of this run; null outside of every CI system that is known here.
 * @param readFile the text of a file that the environment names.
 * @throws {GitwardError} CONFIG for an event file that cannot be read.
 */
export function occasionOf(env: Environment, readFile: (path: string) => string): Occasion | null {
  if (env['GITHUB_EVENT_PATH']) {
    const event = parseEvent(readFile(env['GITHUB_EVENT_PATH']))
    return githubOccasion(env['GITHUB_EVENT_NAME'] ?? '', event, env)
  }
  return env['GITLAB_CI'] ? gitlabOccasion(env) : null
}

function parseEvent(text: string): GithubEvent {
  try {
    return JSON.parse(text) as GithubEvent
  } catch (cause) {
    throw new GitwardError('CONFIG', 'the file of GITHUB_EVENT_PATH is no JSON', {
      hint: 'gitward check --range origin/main..HEAD',
      cause,
    })
  }
}

function githubOccasion(name: string, event: GithubEvent, env: Environment): Occasion {
  const mainBranch = branchName(event.repository?.default_branch)
  if (event.pull_request) {
    const { base, head } = event.pull_request
    // with pull_request_target HEAD is the base: the commits to judge are those of the head
    const tips = ['HEAD', ...ids(head?.sha)]
    return { tips, base: idOf(base?.sha), branch: null, mainBranch: branchName(base?.ref) ?? mainBranch }
  }
  if (event.merge_group) {
    const { base_sha, head_sha, base_ref } = event.merge_group
    const target = branchName(base_ref) ?? mainBranch
    return { tips: ['HEAD', ...ids(head_sha)], base: idOf(base_sha), branch: null, mainBranch: target }
  }
  const branch = branchName(event.ref ?? env['GITHUB_REF'])
  if (name !== 'push') return { tips: ['HEAD'], base: null, branch, mainBranch }
  return {
    tips: isZeros(event.after) ? [] : ['HEAD', ...ids(event.after)],
    base: idOf(event.before),
    branch,
    mainBranch,
  }
}

function gitlabOccasion(env: Environment): Occasion {
  const target = env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME']
  return {
    tips: ['HEAD', ...ids(env['CI_COMMIT_SHA'])],
    base: idOf(env['CI_MERGE_REQUEST_DIFF_BASE_SHA']) ?? idOf(env['CI_COMMIT_BEFORE_SHA']),
    branch: branchName(env['CI_COMMIT_BRANCH']),
    mainBranch: branchName(target) ?? branchName(env['CI_DEFAULT_BRANCH']),
  }
}

const isZeros = (id: unknown): boolean => typeof id === 'string' && /^0+$/.test(id)

/** An object id; null for zeros and for anything else. */
const idOf = (id: unknown): string | null =>
  typeof id === 'string' && /^[0-9a-f]{40,64}$/.test(id) && !isZeros(id) ? id : null

const ids = (id: unknown): string[] => [idOf(id)].filter(each => each !== null)

/** The name of a branch, `refs/heads/` or not; null for other refs, and for what can be no ref. */
function branchName(ref: unknown): string | null {
  if (typeof ref !== 'string' || !/^[^\s~^:?*[\\-][^\s~^:?*[\\]*$/.test(ref)) return null
  const name = ref.replace(/^refs\/heads\//, '')
  return name.startsWith('refs/') || name.includes('..') ? null : name
}

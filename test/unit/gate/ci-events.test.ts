import { describe, expect, it } from 'vitest'
import { occasionOf } from '../../../src/flows/gate/ci-events.ts'

const [old, now, head] = ['a', 'b', 'c'].map(digit => digit.repeat(40)) as [string, string, string]
const zeros = '0'.repeat(40)
const repository = { default_branch: 'trunk' }

const github = (name: string, event: object, env: Record<string, string> = {}) =>
  occasionOf({ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: '/event.json', ...env }, () =>
    JSON.stringify(event),
  )
const gitlab = (env: Record<string, string>) =>
  occasionOf({ GITLAB_CI: 'true', CI_COMMIT_SHA: now, CI_DEFAULT_BRANCH: 'trunk', ...env }, () => '')

describe('what a run of GitHub says', () => {
  const pull = { base: { sha: old, ref: 'release' }, head: { sha: head, ref: 'trunk' } }
  it.each([
    ['push', { before: old, after: now, ref: 'refs/heads/topic' }, ['HEAD', now], old, 'topic', 'trunk'],
    ['push', { before: zeros, after: now, ref: 'refs/heads/new' }, ['HEAD', now], null, 'new', 'trunk'],
    ['push', { before: zeros, after: now, ref: 'refs/tags/v1' }, ['HEAD', now], null, null, 'trunk'],
    ['push', { before: old, after: zeros, ref: 'refs/heads/gone' }, [], old, 'gone', 'trunk'],
    // a branch of a fork may be called like ours: only the target counts
    ['pull_request', { pull_request: pull }, ['HEAD', head], old, null, 'release'],
    ['pull_request_target', { pull_request: pull }, ['HEAD', head], old, null, 'release'],
    [
      'merge_group',
      { merge_group: { base_sha: old, head_sha: now, base_ref: 'refs/heads/trunk' } },
      ['HEAD', now],
      old,
      null,
      'trunk',
    ],
    ['workflow_dispatch', { ref: 'refs/heads/topic' }, ['HEAD'], null, 'topic', 'trunk'],
    ['schedule', { schedule: '0 4 * * 1' }, ['HEAD'], null, 'trunk', 'trunk'],
  ])('%s %j', (name, event, tips, base, branch, mainBranch) => {
    const env = { GITHUB_REF: 'refs/heads/trunk' }
    expect(github(name, { repository, ...event }, env)).toEqual({ tips, base, branch, mainBranch })
  })

  it('takes nothing for an id or a branch that is none', () => {
    const event = {
      before: '--all',
      after: 'HEAD',
      ref: 'refs/heads/a b',
      repository: { default_branch: '-x' },
    }
    expect(github('push', event)).toEqual({ tips: ['HEAD'], base: null, branch: null, mainBranch: null })
  })

  it('refuses an event file that is no JSON', () => {
    expect(() => occasionOf({ GITHUB_EVENT_PATH: 'x' }, () => '{')).toThrow('GITHUB_EVENT_PATH is no JSON')
  })
})

describe('what a job of GitLab says', () => {
  it.each([
    ['push', { CI_COMMIT_BEFORE_SHA: old, CI_COMMIT_BRANCH: 'topic' }, old, 'topic', 'trunk'],
    ['new branch', { CI_COMMIT_BEFORE_SHA: zeros, CI_COMMIT_BRANCH: 'new' }, null, 'new', 'trunk'],
    ['tag', { CI_COMMIT_BEFORE_SHA: zeros, CI_COMMIT_TAG: 'v1' }, null, null, 'trunk'],
    [
      'merge request',
      {
        CI_MERGE_REQUEST_DIFF_BASE_SHA: old,
        CI_COMMIT_BEFORE_SHA: zeros,
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'release',
      },
      old,
      null,
      'release',
    ],
    ['schedule', { CI_COMMIT_BEFORE_SHA: zeros, CI_COMMIT_BRANCH: 'trunk' }, null, 'trunk', 'trunk'],
  ])('%s', (_, env, base, branch, mainBranch) => {
    expect(gitlab(env)).toEqual({ tips: ['HEAD', now], base, branch, mainBranch })
  })
})

it('elsewhere there is no occasion', () => {
  expect(occasionOf({}, () => '')).toBeNull()
})

import { rmSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import { commitBlob } from './support/history.ts'
import { newHub } from './support/members.ts'
import { newWorld, protectedRepository, read, write, type Person } from './support/world.ts'

const ZEROS = '0'.repeat(40)
const PLAIN = Buffer.from('planted plaintext')
const idOf = (person: Person, folder: string, revision: string): string =>
  person.git(folder, 'rev-parse', revision).stdout.trim()

/** A hub whose main holds a sin that was judged long ago, and a clone as a CI job has it. */
function job() {
  const world = newWorld()
  const ann = world.person('ann')
  const hub = newHub(world, ann)
  const folder = protectedRepository(ann)
  commitBlob(ann, folder, 'secrets/old.txt', Buffer.from('an old sin'))
  ann.git(folder, 'remote', 'add', 'origin', hub)
  ann.git(folder, 'push', '-q', 'origin', 'main')
  const ci = world.person('ci')
  /** Checks a pushed branch out as a CI does, then lets `check --range auto` find its commits. */
  const run = (branch: string, env: Record<string, string>) => {
    const clone = ci.clone(hub, `clone of ${branch} ${++clones}`)
    ci.git(clone, 'checkout', '-q', '--detach', `origin/${branch}`)
    const ran = ci.run(clone, 'gitward', ['check', '--range', 'auto', '--json'], { env, mayFail: true })
    const { findings } = JSON.parse(ran.stdout || '{"findings":[]}') as { findings: { path: string }[] }
    return { ...ran, clone, paths: findings.map(({ path }) => path) }
  }
  /** The environment of a GitHub run with this event. */
  const github = (name: string, event: object): Record<string, string> => {
    write(ci.home, 'event.json', JSON.stringify({ repository: { default_branch: 'main' }, ...event }))
    return { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: `${ci.home}/event.json` }
  }
  return { ann, ci, hub, folder, run, github }
}
let clones = 0

interface Facts {
  readonly main: string
  readonly after: string
  readonly github: (name: string, event: object) => Record<string, string>
}

const gitlab = (env: Record<string, string>): Record<string, string> => ({
  GITLAB_CI: 'true',
  CI_DEFAULT_BRANCH: 'main',
  CI_COMMIT_BRANCH: 'topic',
  ...env,
})
const ref = 'refs/heads/topic'

describe('check --range auto finds the commits that are new, and no older ones', () => {
  const ways: readonly [string, (facts: Facts) => Record<string, string>][] = [
    ['a push', ({ main, after, github }) => github('push', { before: main, after, ref })],
    ['a new branch', ({ after, github }) => github('push', { before: ZEROS, after, ref })],
    ['a tag', ({ after, github }) => github('push', { before: ZEROS, after, ref: 'refs/tags/v1' })],
    [
      'a forced push',
      ({ after, github }) => github('push', { before: 'd'.repeat(40), after, ref, forced: true }),
    ],
    [
      'a pull request',
      ({ main, after, github }) =>
        github('pull_request', { pull_request: { base: { sha: main, ref: 'main' }, head: { sha: after } } }),
    ],
    [
      'a merge queue',
      ({ main, after, github }) =>
        github('merge_group', { merge_group: { base_sha: main, head_sha: after } }),
    ],
    ['a run by hand', ({ github }) => github('workflow_dispatch', { ref })],
    ['a push to GitLab', ({ main, after }) => gitlab({ CI_COMMIT_SHA: after, CI_COMMIT_BEFORE_SHA: main })],
    ['a new branch on GitLab', ({ after }) => gitlab({ CI_COMMIT_SHA: after, CI_COMMIT_BEFORE_SHA: ZEROS })],
    [
      'a merge request',
      ({ main, after }) => gitlab({ CI_COMMIT_SHA: after, CI_MERGE_REQUEST_DIFF_BASE_SHA: main }),
    ],
    ['any other CI', () => ({})],
  ]

  it.each(ways)('%s', (_, envOf) => {
    const { ann, folder, run, github } = job()
    const main = idOf(ann, folder, 'main')
    ann.git(folder, 'checkout', '-q', '-b', 'topic')
    commitBlob(ann, folder, 'secrets/new.txt', PLAIN)
    ann.git(folder, 'commit', '-q', '--allow-empty', '-m', 'later')
    ann.git(folder, 'push', '-q', 'origin', 'topic')
    const ran = run('topic', envOf({ main, after: idOf(ann, folder, 'topic'), github }))
    expect(ran.paths).toEqual(['secrets/new.txt'])
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('looking at commits')
  })

  it('a first push to the main branch, and a scheduled run, mean all of history', () => {
    const { ann, folder, run, github } = job()
    const event = { before: ZEROS, after: idOf(ann, folder, 'main'), ref: 'refs/heads/main' }
    expect(run('main', github('push', event)).paths).toEqual(['secrets/old.txt'])
    expect(run('main', { ...github('schedule', {}), GITHUB_REF: 'refs/heads/main' }).paths).toEqual([
      'secrets/old.txt',
    ])
  })

  it('no new commits, and a branch that was deleted, are exit 0 with a word', () => {
    const { ann, folder, run, github } = job()
    ann.git(folder, 'push', '-q', 'origin', 'main:topic')
    const none = run('topic', github('push', { before: ZEROS, after: idOf(ann, folder, 'main'), ref }))
    expect(none).toMatchObject({ status: 0, paths: [] })
    expect(none.stderr).toContain('no new commits: nothing to check')
    const gone = run('main', github('push', { before: idOf(ann, folder, 'main'), after: ZEROS, ref }))
    expect(gone).toMatchObject({ status: 0, paths: [] })
    expect(gone.stderr).toContain('a ref was deleted: nothing to check')
  })

  it('never takes a range for empty because it cannot be told', () => {
    const { ann, folder, run, github } = job()
    const after = idOf(ann, folder, 'main')
    const elsewhere = run('main', {})
    expect(elsewhere.status).toBe(2)
    expect(elsewhere.stderr).toContain('nothing says which commits are new here')
    expect(elsewhere.stderr).toContain('gitward check --range OLD..NEW')
    const before = 'd'.repeat(40)
    const forced = run('main', github('push', { before, after, ref: 'refs/heads/main', forced: true }))
    expect(forced.status).toBe(5)
    expect(forced.stderr).toContain(`git fetch origin ${before}`)
    const head = 'e'.repeat(40)
    const pull = { base: { sha: after, ref: 'main' }, head: { sha: head } }
    const unfetched = run('main', github('pull_request_target', { pull_request: pull }))
    expect(unfetched.status).toBe(5)
    expect(unfetched.stderr).toContain(`git fetch origin ${head}`)
  })

  it('a shallow clone is refused with the command that deepens it', () => {
    const { ci, hub, github } = job()
    const clone = `${ci.home}/shallow`
    ci.git(ci.home, 'clone', '-q', '--depth=1', `file://${hub}`, clone)
    const env = github('push', { before: ZEROS, after: idOf(ci, clone, 'HEAD'), ref })
    const ran = ci.run(clone, 'gitward', ['check', '--range', 'auto'], { env, mayFail: true })
    expect(ran.status).toBe(5)
    expect(ran.stderr).toContain('git fetch --unshallow')
  })
})

describe('--report github', () => {
  it('annotates ten findings, and lists all of them in the summary of the step', () => {
    const { ann, folder } = job()
    for (let i = 0; i < 12; i++) commitBlob(ann, folder, `secrets/${i}.txt`, PLAIN)
    const summary = `${ann.home}/summary.md`
    write(ann.home, 'summary.md', 'what an earlier step wrote\n')
    const ran = ann.run(folder, 'gitward', ['check', '--range', 'HEAD~12..HEAD', '--report', 'github'], {
      env: { GITHUB_STEP_SUMMARY: summary },
      mayFail: true,
    })
    expect(ran.status).toBe(1)
    expect(ran.stdout.match(/^::error /gm)).toHaveLength(10)
    expect(ran.stdout).toContain('2 more findings: see the summary of this step')
    const written = read(ann.home, 'summary.md').toString()
    expect(written).toMatch(/^what an earlier step wrote\n/)
    for (let i = 0; i < 12; i++) expect(written).toContain(`secrets/${i}.txt:1`)
    expect(written).not.toContain('planted')
  })
})

describe('init --ci', () => {
  const shipped = (person: Person, name: string): string =>
    person.run(person.home, 'cat', [
      `${inject('installed').folder}/node_modules/gitward/templates/ci/${name}.yml`,
    ]).stdout

  it.each([
    ['github', '.github/workflows/gitward.yml', 'left .github/workflows/gitward.yml as found'],
    ['gitlab', '.gitlab-ci.yml', 'include: [{ local: .gitlab/gitward.yml }]'],
  ])(
    '%s writes the shipped template, in a new repository or later, and never over a file',
    (system, file, otherwise) => {
      const ann = newWorld().person('ann')
      const folder = ann.newRepository('repo')
      expect(ann.gitward(folder, 'init', '--ci', system).stderr).toContain(`wrote ${file}`)
      expect(read(folder, file).toString()).toBe(shipped(ann, system))
      rmSync(`${folder}/${file}`)
      expect(ann.gitward(folder, 'init', '--ci', system).stderr).toBe(`wrote ${file}\n`)
      write(folder, file, 'mine\n')
      const again = ann.gitward(folder, 'init', '--ci', system)
      expect(read(folder, file).toString()).toBe('mine\n')
      expect(again.stderr).toContain(otherwise)
    },
  )

  it('the command of each template is one that this version has', () => {
    const { ann, folder } = job()
    for (const name of ['github', 'gitlab']) {
      const [, options] = /gitward -C "\$\w+" (check .*)$/m.exec(shipped(ann, name))!
      const ran = ann.tryGitward(folder, ...options!.split(' '))
      expect(ran.status).toBe(2)
      expect(ran.stderr).toContain('nothing says which commits are new here')
    }
  })
})

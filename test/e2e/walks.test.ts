import { appendFileSync, existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import { expectAsCommitted, SECRET, sharedTeam, teamClone } from './support/team.ts'
import { leaks, read, write, type Person } from './support/world.ts'

interface Walker {
  readonly person: Person
  readonly clone: string
  /** Protected files that this person can edit. */
  readonly editable: readonly string[]
}

/** Something people do with git: it must work, and end on main with nothing changed. */
type Walk = (walker: Walker) => void

const EDITED = 'edited secret:'

/** Changes all that this person can change, and one public file. */
function edit({ clone, editable }: Walker, text: string): void {
  write(clone, 'README', `${text}\n`)
  for (const file of editable) write(clone, file, `${EDITED} ${text}\n`)
}

const backToMain: Walk = ({ person, clone }) => {
  person.git(clone, 'checkout', '-q', 'main')
  person.git(clone, 'reset', '-q', '--hard', 'origin/main')
}

const walks: Readonly<Record<string, Walk>> = {
  'status and diff after a touch': ({ person, clone }) => {
    forgetStat(person, clone)
    expect(person.git(clone, 'diff').stdout).toBe('')
    forgetStat(person, clone)
    expect(person.git(clone, 'diff', '--stat', 'HEAD').stdout).toBe('')
  },
  'switching branches': ({ person, clone }) => {
    for (const branch of ['feature', 'main', 'HEAD~', 'main']) {
      person.git(clone, 'checkout', '-q', branch)
      expect(changes(person, clone)).toBe('')
    }
  },
  'stash push and pop': walker => {
    const { person, clone } = walker
    edit(walker, 'stashed')
    write(clone, 'untracked', 'public\n')
    person.git(clone, 'stash', 'push', '-q', '-u')
    expect(changes(person, clone)).toBe('')
    person.git(clone, 'stash', 'pop', '-q')
    for (const file of walker.editable) expect(read(clone, file).toString()).toBe(`${EDITED} stashed\n`)
    rmSync(path.join(clone, 'untracked'))
    person.git(clone, 'checkout', '-q', '--', '.')
  },
  'stash with something staged': walker => {
    const { person, clone } = walker
    edit(walker, 'staged')
    person.git(clone, 'add', '-u')
    appendFileSync(path.join(clone, 'README'), 'more\n')
    person.git(clone, 'stash', 'push', '-q', '--keep-index')
    person.git(clone, 'reset', '-q', '--hard')
    person.git(clone, 'stash', 'pop', '-q', '--index')
    person.git(clone, 'reset', '-q', '--hard')
  },
  rebase: ({ person, clone }) => {
    person.git(clone, 'checkout', '-q', '-B', 'rebased', 'feature')
    person.git(clone, 'rebase', '-q', 'main')
    expect(changes(person, clone)).toBe('')
    expect(read(clone, 'docs/guide').toString()).toBe('feature\n')
    person.git(clone, 'checkout', '-q', 'main')
  },
  'cherry-pick and revert': ({ person, clone }) => {
    person.git(clone, 'cherry-pick', 'feature')
    expect(changes(person, clone)).toBe('')
    person.git(clone, 'revert', '--no-edit', 'HEAD')
    expect(person.git(clone, 'diff', '--raw', 'origin/main').stdout).toBe('')
  },
  'merge of a branch that changed other files': ({ person, clone }) => {
    person.git(clone, 'merge', '-q', '--no-edit', 'feature')
    expect(changes(person, clone)).toBe('')
    const ids = (spec: string) => person.git(clone, 'rev-parse', `${spec}:secrets/a`, `${spec}:prod/a`).stdout
    expect(ids('HEAD')).toBe(ids('feature'))
  },
  'reset --hard there and back': ({ person, clone }) => {
    person.git(clone, 'reset', '-q', '--hard', 'HEAD~')
    expect(changes(person, clone)).toBe('')
    person.git(clone, 'reset', '-q', '--hard', 'origin/main')
  },
  'checkout of old paths and restore': ({ person, clone }) => {
    person.git(clone, 'checkout', '-q', 'feature', '--', 'secrets/a', 'prod/a')
    expect(changes(person, clone)).toBe('M  prod/a\nM  secrets/a\n')
    person.git(clone, 'restore', '--staged', '--worktree', '.')
  },
  'sparse checkout': ({ person, clone }) => {
    person.git(clone, 'sparse-checkout', 'set', 'docs')
    expect(existsSync(path.join(clone, 'secrets'))).toBe(false)
    expect(changes(person, clone)).toBe('')
    person.git(clone, 'sparse-checkout', 'set', 'docs', 'secrets')
    forgetStat(person, path.join(clone, 'docs'))
    expect(changes(person, clone)).toBe('')
    person.git(clone, 'sparse-checkout', 'disable')
  },
  'log -p of all branches': ({ person, clone }) => {
    const log = person.git(clone, 'log', '-p', '--all', '--format=%s')
    expect(log.stdout).toContain('+feature\n')
  },
  'a linked work tree': ({ person, clone }) => {
    const linked = `${clone} linked`
    person.git(clone, 'worktree', 'add', '-q', linked, 'feature')
    expect(changes(person, linked)).toBe('')
    forgetStat(person, linked)
    expect(changes(person, linked)).toBe('')
    person.git(clone, 'worktree', 'remove', linked)
  },
  'commit -a, --amend and --only': walker => {
    const { person, clone, editable } = walker
    edit(walker, 'committed')
    person.git(clone, 'commit', '-q', '-a', '-m', 'all')
    expect(changes(person, clone)).toBe('')
    edit(walker, 'amended')
    person.git(clone, 'commit', '-q', '-a', '--amend', '--no-edit')
    edit(walker, 'only')
    for (const file of ['README', ...editable]) person.git(clone, 'commit', '-q', '-m', 'one', '--only', file)
    expect(changes(person, clone)).toBe('')
  },
  'rm and mv': ({ person, clone }) => {
    person.git(clone, 'rm', '-q', 'secrets/b', 'prod/b')
    person.git(clone, 'mv', 'secrets/a', 'secrets/moved')
    person.git(clone, 'mv', 'prod', 'prod-moved')
    person.git(clone, 'mv', 'prod-moved', 'prod')
    person.git(clone, 'commit', '-q', '-m', 'rm and mv')
    forgetStat(person, clone)
    expect(changes(person, clone)).toBe('')
  },
  'a branch from before gitward, and back': ({ person, clone }) => {
    person.git(clone, 'checkout', '-q', 'before')
    forgetStat(person, clone)
    expect(changes(person, clone)).toBe('')
    expect(read(clone, 'secrets/old.txt').toString()).toBe('known to everybody before gitward came\n')
    write(clone, 'README', 'edited before gitward\n')
    person.git(clone, 'stash', 'push', '-q')
    person.git(clone, 'stash', 'pop', '-q')
    person.git(clone, 'commit', '-q', '-a', '-m', 'on an old branch')
    person.git(clone, 'checkout', '-q', 'main')
    expect(changes(person, clone)).toBe('')
    person.git(clone, 'checkout', '-q', '-B', 'rebased', 'before')
    person.git(clone, 'rebase', '-q', 'feature')
    expect(changes(person, clone)).toBe('')
    person.git(clone, 'checkout', '-q', '-B', 'merged', 'before')
    person.git(clone, 'merge', '-q', '--no-edit', 'feature')
    expect(changes(person, clone)).toBe('')
  },
}

const team = sharedTeam()

describe.each([
  { who: team.alice, state: 'unlocked', scopes: ['default', 'prod'] },
  { who: team.bob, state: 'partly unlocked', scopes: ['default'] },
  { who: team.carol, state: 'locked', scopes: [] },
])('in a clone that is $state', ({ who, scopes }) => {
  let walker: Walker

  beforeAll(() => {
    const clone = teamClone(who, team.hub())
    const editable = [
      ...(scopes.includes('default') ? ['secrets/a'] : []),
      ...(scopes.includes('prod') ? ['prod/a'] : []),
    ]
    walker = { person: who, clone, editable }
    expectAsCommitted(who, clone, scopes)
  })

  it.each(Object.entries(walks))('%s works', (_, walk) => {
    walk(walker)
    backToMain(walker)
    expectAsCommitted(who, walker.clone, scopes)
    expect(leaks(who, walker.clone, [SECRET, EDITED])).toEqual([])
  })
})

import { beforeAll, expect } from 'vitest'
import { changes } from './history.ts'
import { isFileEnvelope, read, recipientOf, sharedWorld, write, type Person, type World } from './world.ts'

export interface Team {
  readonly world: World
  /** Member of default and prod. */
  readonly alice: Person
  /** Member of default. */
  readonly bob: Person
  /** Member of nothing. */
  readonly carol: Person
  /** alice's repository, on main; `before` is older than gitward, `feature` and main changed different files. */
  readonly hub: () => string
}

/** Every secret of the team's history starts so. */
export const SECRET = 'secret of the'

/** A repository with two scopes, a branch from before gitward, and two branches that went on apart. */
export function sharedTeam(): Team {
  const world = sharedWorld()
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(name => world.person(name))
  let hub = ''
  beforeAll(() => {
    hub = makeHub(alice!, bob!)
  })
  return { world, alice: alice!, bob: bob!, carol: carol!, hub: () => hub }
}

function makeHub(alice: Person, bob: Person): string {
  const hub = alice.newRepository('hub')
  write(hub, 'README', 'public\n')
  write(hub, 'secrets/old.txt', 'known to everybody before gitward came\n')
  alice.commit(hub, 'before gitward')
  alice.git(hub, 'branch', 'before')
  alice.gitward(hub, 'init')
  alice.gitward(hub, 'init', '--scope', 'prod')
  alice.gitward(hub, 'protect', '--whole', 'secrets/**')
  alice.gitward(hub, 'protect', '--whole', '--scope', 'prod', 'prod/**')
  alice.gitward(hub, 'member', 'add', 'bob', recipientOf(bob))
  for (const file of ['secrets/a', 'secrets/b', 'prod/a', 'prod/b'])
    write(hub, file, `${SECRET} first commit in ${file}\n`)
  write(hub, 'docs/guide', 'public\n')
  alice.commit(hub, 'protect')
  alice.git(hub, 'checkout', '-q', '-b', 'feature')
  for (const file of ['secrets/a', 'prod/a']) write(hub, file, `${SECRET} feature in ${file}\n`)
  write(hub, 'docs/guide', 'feature\n')
  alice.commit(hub, 'feature')
  alice.git(hub, 'checkout', '-q', 'main')
  for (const file of ['secrets/b', 'prod/b']) write(hub, file, `${SECRET} main in ${file}\n`)
  write(hub, 'README', 'main\n')
  alice.commit(hub, 'main')
  return hub
}

/** A clone with the branches of the hub, as far unlocked as the person can. */
export function teamClone(person: Person, hub: string, name = `clone of ${person.name}`): string {
  const clone = person.clone(hub, name)
  person.tryGitward(clone, 'unlock')
  for (const branch of ['before', 'feature']) person.git(clone, 'branch', '-q', branch, `origin/${branch}`)
  return clone
}

/** Nothing changed, and each protected file stands open exactly where the person is a member. */
export function expectAsCommitted(person: Person, clone: string, scopes: readonly string[]): void {
  expect(changes(person, clone)).toBe('')
  for (const [folder, scope] of [
    ['secrets/', 'default'],
    ['prod/', 'prod'],
  ] as const) {
    const files = person.git(clone, 'ls-files', '--', folder).stdout.split('\n').filter(Boolean)
    for (const file of files)
      expect([file, isFileEnvelope(read(clone, file))]).toEqual([file, !scopes.includes(scope)])
  }
}

import { describe, expect, it } from 'vitest'
import { valueRepository } from './support/values.ts'
import { blob, leaks, newWorld, read, recipientOf, write, type Person } from './support/world.ts'

const CONFIG = `# service
db:
  host: db.internal   # plain
  user: app
  password: "p-zero"
  token: t-zero
hosts:
  - name: one
    password: h1
  - name: two
    password: h2
note: |
  line one
  line two
  line three
`

/** A repository whose config has some values sealed, with one commit on main. */
function repository(person: Person): string {
  const rule = ['*.yaml', '--keys', '**.password', '--keys', '**.token', '--keys', 'note']
  const folder = valueRepository(person, rule)
  write(folder, 'config.yaml', CONFIG)
  person.commit(folder, 'first')
  return folder
}

const edited = (...edits: readonly (readonly [string, string])[]): string =>
  edits.reduce((text, [from, to]) => {
    expect(text).toContain(from)
    return text.replace(from, to)
  }, CONFIG)

/** Commits `ours` on main and `theirs` on a branch from the same start. */
function diverge(person: Person, folder: string, ours: string, theirs: string): void {
  person.git(folder, 'checkout', '-q', '-b', 'theirs')
  write(folder, 'config.yaml', theirs)
  person.commit(folder, 'theirs')
  person.git(folder, 'checkout', '-q', 'main')
  write(folder, 'config.yaml', ours)
  person.commit(folder, 'ours')
}

const text = (folder: string): string => read(folder, 'config.yaml').toString()
const isClean = (person: Person, folder: string): boolean =>
  person.git(folder, 'status', '--porcelain').stdout === ''

const OURS = edited(['p-zero', 'p-ours'], ['# service', '# our service'])
const THEIRS = edited(['t-zero', 't-theirs'], ['h2', 'h2-theirs'])
const BOTH = edited(
  ['p-zero', 'p-ours'],
  ['# service', '# our service'],
  ['t-zero', 't-theirs'],
  ['h2', 'h2-theirs'],
)
const SECRETS = ['p-zero', 'p-ours', 't-zero', 't-theirs', 'h2-theirs', 'line one', 'line two']

describe('two people change different values of one file', () => {
  const ways: readonly [string, (person: Person, folder: string) => void][] = [
    ['merge', (person, folder) => person.git(folder, 'merge', '-q', '--no-edit', 'theirs')],
    ['cherry-pick', (person, folder) => person.git(folder, 'cherry-pick', 'theirs')],
    ['rebase', (person, folder) => person.git(folder, 'rebase', '-q', 'theirs')],
    [
      'stash pop',
      (person, folder) => {
        person.git(folder, 'reset', '-q', '--soft', 'HEAD~1')
        person.git(folder, 'stash')
        person.git(folder, 'merge', '-q', 'theirs')
        person.git(folder, 'stash', 'pop')
      },
    ],
  ]

  it.each(ways)('%s joins them, although they stand on neighbouring lines', (_, join) => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    diverge(ann, folder, OURS, THEIRS)
    join(ann, folder)
    expect(text(folder)).toBe(BOTH)
    expect(ann.git(folder, 'diff', '--name-only', '--diff-filter=U').stdout).toBe('')
    expect(leaks(ann, folder, SECRETS)).toEqual([])
  })

  it('revert takes back one change and keeps the other', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    write(folder, 'config.yaml', OURS)
    ann.commit(folder, 'ours')
    write(folder, 'config.yaml', BOTH)
    ann.commit(folder, 'theirs on top')
    ann.git(folder, 'revert', '--no-edit', 'HEAD~1')
    expect(text(folder)).toBe(THEIRS)
    expect(isClean(ann, folder)).toBe(true)
    expect(leaks(ann, folder, SECRETS)).toEqual([])
  })

  it('a criss-cross merge joins them', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    diverge(ann, folder, OURS, THEIRS)
    ann.git(folder, 'branch', 'ours-then', 'main')
    ann.git(folder, 'merge', '-q', '--no-edit', 'theirs')
    ann.git(folder, 'checkout', '-q', 'theirs')
    ann.git(folder, 'merge', '-q', '--no-edit', 'ours-then')
    write(folder, 'config.yaml', BOTH.replace('h1', 'h1-later'))
    ann.commit(folder, 'later')
    ann.git(folder, 'checkout', '-q', 'main')
    write(folder, 'config.yaml', BOTH.replace('line two', 'line 2'))
    ann.commit(folder, 'later, too')
    ann.git(folder, 'merge', '-q', '--no-edit', 'theirs')
    expect(text(folder)).toBe(BOTH.replace('h1', 'h1-later').replace('line two', 'line 2'))
    expect(leaks(ann, folder, [...SECRETS, 'h1-later', 'line 2'])).toEqual([])
  })

  it('a forge without gitward merges values that stand apart, and the result opens', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    diverge(ann, folder, edited(['p-zero', 'p-ours']), edited(['h2', 'h2-theirs']))
    const bare = `${folder}.bare`
    ann.git(folder, 'clone', '-q', '--bare', folder, bare)
    const tree = ann.git(bare, 'merge-tree', '--write-tree', 'main', 'theirs').stdout.trim()
    const commit = ann
      .git(bare, 'commit-tree', tree, '-p', 'main', '-p', 'theirs', '-m', 'merged by the forge')
      .stdout.trim()
    ann.git(bare, 'update-ref', 'refs/heads/main', commit)
    ann.git(folder, 'pull', '-q', bare, 'main')
    expect(text(folder)).toBe(edited(['p-zero', 'p-ours'], ['h2', 'h2-theirs']))
    expect(isClean(ann, folder)).toBe(true)
  })
})

describe('merging by pointer', () => {
  const cases: readonly [string, string, string, string][] = [
    [
      'keys that both sides add at one place',
      `${CONFIG}mine:\n  password: m\n`,
      `${CONFIG}yours:\n  password: y\n`,
      `${CONFIG}mine:\n  password: m\nyours:\n  password: y\n`,
    ],
    [
      'a key that one side removes beside one that the other changes',
      edited(['  token: t-zero\n', '']),
      edited(['p-zero', 'p-1']),
      edited(['  token: t-zero\n', ''], ['p-zero', 'p-1']),
    ],
    [
      'the same new value on both sides',
      edited(['p-zero', 'p-1']),
      edited(['p-zero', 'p-1'], ['h1', 'h1-x']),
      edited(['p-zero', 'p-1'], ['h1', 'h1-x']),
    ],
    [
      'different lines of one block scalar',
      edited(['line one', 'line 1']),
      edited(['line three', 'line 3']),
      edited(['line one', 'line 1'], ['line three', 'line 3']),
    ],
    [
      'comments and layout of ours with a value of theirs',
      edited(['  token: t-zero', '  token:    t-zero # ours']),
      edited(['t-zero', 't-changed']),
      edited(['  token: t-zero', '  token:    t-changed # ours']),
    ],
  ]

  it.each(cases)('joins %s', (_, ours, theirs, both) => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    diverge(ann, folder, ours, theirs)
    ann.git(folder, 'merge', '-q', '--no-edit', 'theirs')
    expect(text(folder)).toBe(both)
    expect(isClean(ann, folder)).toBe(true)
    expect(leaks(ann, folder, SECRETS)).toEqual([])
  })
})

describe('a real conflict', () => {
  it('shows both plaintexts in the work tree, and keeps ciphertext in git', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    diverge(ann, folder, edited(['p-zero', 'p-ours']), edited(['p-zero', 'p-theirs'], ['h1', 'h1-theirs']))
    expect(ann.tryGit(folder, 'merge', '-q', '--no-edit', 'theirs').status).toBe(1)
    expect(text(folder)).toBe(
      edited(
        [
          '  password: "p-zero"\n',
          '<<<<<<< ours\n  password: "p-ours"\n=======\n  password: "p-theirs"\n>>>>>>> theirs\n',
        ],
        ['h1', 'h1-theirs'],
      ),
    )
    ann.git(folder, 'diff')
    ann.git(folder, 'status')
    ann.git(folder, 'add', 'config.yaml') // somebody stages the markers: still ciphertext
    expect(blob(ann, folder, ':config.yaml').toString()).toContain('<<<<<<< ours\n  password: gitward:v1:')
    write(folder, 'config.yaml', edited(['p-zero', 'p-both'], ['h1', 'h1-theirs']))
    ann.commit(folder, 'resolved')
    expect(leaks(ann, folder, [...SECRETS, 'p-theirs', 'p-both', 'h1-theirs'])).toEqual([])
  })

  it('removing what the other side changed is left to a person', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    diverge(ann, folder, edited(['  token: t-zero\n', '']), edited(['t-zero', 't-changed']))
    expect(ann.tryGit(folder, 'merge', '-q', '--no-edit', 'theirs').status).toBe(1)
    expect(leaks(ann, folder, [...SECRETS, 't-changed'])).toEqual([])
  })

  it('a locked clone merges what does not touch, and conflicts in ciphertext', () => {
    const world = newWorld()
    const ann = world.person('ann')
    const bob = world.person('bob')
    recipientOf(bob)
    const folder = repository(ann)
    diverge(ann, folder, edited(['p-zero', 'p-ours']), edited(['p-zero', 'p-theirs'], ['h2', 'h2-theirs']))
    const clone = bob.clone(folder, 'clone')
    expect(bob.tryGitward(clone, 'unlock').status).toBe(3)
    expect(bob.tryGit(clone, 'merge', '-q', '--no-edit', 'origin/theirs').status).toBe(1)
    expect(text(clone)).toMatch(
      /<<<<<<< ours\n {2}password: gitward:v1:\S+\n=======\n {2}password: gitward:v1:\S+\n>>>>>>> theirs\n/,
    )
    expect(leaks(bob, clone, SECRETS)).toEqual([])
  })
})

describe('whole files', () => {
  it('merge by the lines of their plaintext, and stay envelopes', () => {
    const ann = newWorld().person('ann')
    const folder = ann.newRepository('repo')
    ann.gitward(folder, 'init')
    ann.gitward(folder, 'protect', '--whole=json', 'notes/**')
    const lines = (first: string, last: string) => `${first}-first\n2\n3\n4\n${last}-last\n`
    write(folder, 'notes/a b.txt', lines('old', 'old'))
    ann.commit(folder)
    ann.git(folder, 'checkout', '-q', '-b', 'theirs')
    write(folder, 'notes/a b.txt', lines('old', 'new'))
    ann.commit(folder)
    ann.git(folder, 'checkout', '-q', 'main')
    write(folder, 'notes/a b.txt', lines('new', 'old'))
    ann.commit(folder)
    ann.git(folder, 'merge', '-q', '--no-edit', 'theirs')
    expect(read(folder, 'notes/a b.txt').toString()).toBe(lines('new', 'new'))
    expect(blob(ann, folder, ':notes/a b.txt').toString()).toMatch(/^\{"gitward":"v1"/)
    expect(leaks(ann, folder, ['old-first', 'new-last'])).toEqual([])
  })
})

import { chmodSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bound } from './support/bound.ts'
import { commitBlob } from './support/history.ts'
import { expectSealed, tokensIn, valueRepository } from './support/values.ts'
import { blob, newWorld, read, recipientOf, write, type Person } from './support/world.ts'

const CONFIG = 'db:\n  host: h\n  password: hunter\nusers:\n  - { name: eve, password: hunter2 }\n'

function repository(person: Person): string {
  const folder = valueRepository(person, ['*.yaml', '--keys', '**.password'], ['--whole', 'keys/**'])
  write(folder, 'config/a.yaml', CONFIG)
  write(folder, 'config/b.yaml', CONFIG)
  write(folder, 'keys/a', 'hunter\n')
  write(folder, 'README', 'x\n')
  person.commit(folder)
  return folder
}

const lines = (person: Person, folder: string, ...args: string[]): string[] =>
  person
    .gitward(folder, 'status', ...args)
    .stdout.split('\n')
    .slice(0, -1)

describe('status', () => {
  it('says one word a file, and one a pointer where a file is named', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    expect(lines(ann, folder)).toEqual([
      'sealed           config/a.yaml',
      'sealed           config/b.yaml',
      'sealed           keys/a',
    ])
    expect(lines(ann, `${folder}/config`, 'a.yaml')).toEqual([
      'plain-by-policy  config/a.yaml /db/host',
      'sealed           config/a.yaml /db/password',
      'plain-by-policy  config/a.yaml /users/-/name',
      'sealed           config/a.yaml /users/-=eve/password',
    ])
    expect(lines(ann, folder, 'keys', 'config/b.yaml')).toHaveLength(5)
    expect(lines(ann, folder, '.')).toHaveLength(9)
    expectSealed(ann, folder)
  })

  it('speaks to programs', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    expect(JSON.parse(ann.gitward(folder, 'status', '--json').stdout)).toEqual([
      { path: 'config/a.yaml', state: 'sealed' },
      { path: 'config/b.yaml', state: 'sealed' },
      { path: 'keys/a', state: 'sealed' },
    ])
    expect(
      JSON.parse(ann.gitward(folder, 'status', '--json', 'config/a.yaml', 'keys/a').stdout),
    ).toContainEqual({
      path: 'config/a.yaml',
      pointer: '/users/-=eve/password',
      state: 'sealed',
    })
    expect(ann.gitward(folder, 'status', '--porcelain').stdout).toBe(
      'sealed\tconfig/a.yaml\0sealed\tconfig/b.yaml\0sealed\tkeys/a\0',
    )
    expect(ann.gitward(folder, 'status', '--porcelain', 'keys/a', 'config/a.yaml').stdout).toContain(
      'sealed\tconfig/a.yaml\0/db/password\0',
    )
  })

  it('needs no key: a clone shows what is locked', () => {
    const world = newWorld()
    const [ann, bob] = [world.person('ann'), world.person('bob')]
    const folder = repository(ann)
    recipientOf(bob)
    const clone = bob.clone(folder, 'clone')
    expect(lines(bob, clone)).toEqual([
      'locked           config/a.yaml',
      'locked           config/b.yaml',
      'locked           keys/a',
    ])
    expect(lines(bob, clone, 'config/a.yaml')).toContain('locked           config/a.yaml /db/password')
  })

  it('finds planted plaintext, moved tokens and a policy that waits to be accepted', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    const held = blob(ann, folder, 'HEAD:config/a.yaml').toString()
    const [token] = tokensIn(held)
    commitBlob(ann, folder, 'config/a.yaml', Buffer.from(held.replace(token!, 'planted')))
    commitBlob(ann, folder, 'config/b.yaml', Buffer.from(held.replace('host: h', `host: ${token!}`)))
    commitBlob(ann, folder, 'other.json', Buffer.from(`{"password": "${token}"}\n`))
    expect(lines(ann, folder)).toEqual([
      'plaintext        config/a.yaml',
      'moved            config/b.yaml',
      'sealed           keys/a',
      'moved            other.json',
    ])
    expect(lines(ann, folder, 'config')).toEqual(
      expect.arrayContaining([
        'plaintext        config/a.yaml /db/password',
        'moved            config/b.yaml /db/host',
        'sealed           config/b.yaml /db/password',
      ]),
    )
    const policy = read(folder, '.gitward/config.yaml').toString()
    write(folder, '.gitward/config.yaml', policy.replace("['**.password']", "['users.**.password']"))
    expect(lines(ann, folder, 'config/b.yaml')).toEqual([
      'moved            config/b.yaml /db/host',
      'awaiting-accept  config/b.yaml /db/password',
      'plain-by-policy  config/b.yaml /users/-/name',
      'sealed           config/b.yaml /users/-=eve/password',
    ])
  })

  it('counts the sides of a conflict as one file', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    ann.git(folder, 'checkout', '-q', '-b', 'theirs')
    write(folder, 'config/a.yaml', CONFIG.replace('hunter\n', 'hunter-t\n'))
    ann.commit(folder)
    ann.git(folder, 'checkout', '-q', 'main')
    write(folder, 'config/a.yaml', CONFIG.replace('hunter\n', 'hunter-o\n'))
    ann.commit(folder)
    expect(ann.tryGit(folder, 'merge', 'theirs').status).toBe(1)
    expect(lines(ann, folder)[0]).toBe('sealed           config/a.yaml')
    expect(lines(ann, folder)).toHaveLength(3)
    expect(lines(ann, folder, 'config/a.yaml')).toHaveLength(4)
  })

  it('protect names a key glob that selects nothing in any file, before the first git add, too', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    write(folder, 'new/a b.yaml', 'db:\n  password: x\n')
    write(folder, 'new/b.yaml', 'token: x\n')
    write(folder, 'new/broken.yaml', '{')
    const protect = (...args: string[]) => ann.gitward(folder, 'protect', ...args).stderr
    const idle = (glob: string) =>
      `gitward: the keys glob ${glob} selects nothing in the files that are there\n`
    const said = protect('new/*.yaml', '--keys', '**.passwrod', '--keys', 'token', '--keys', '**.password')
    expect(said).toContain(idle('**.passwrod'))
    expect(said.match(/selects nothing/g)).toHaveLength(1)
    expect(protect('new/a*.yaml', '--keys', '**.password', '--except', '**')).toContain(idle('**.password'))
    expect(protect('not there/*.yaml', '--keys', 'anything')).not.toContain('selects')
  })

  it('protect passes over untracked files that nobody may read', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    write(folder, 'new/a.yaml', 'password: x\n')
    write(folder, 'new/closed.yaml', 'password: x\n')
    chmodSync(path.join(folder, 'new/closed.yaml'), 0)
    const done = bound(ann, folder, 'gitward', 'protect', 'new/*.yaml', '--keys', '**.password')
    expect([done.status, done.stderr]).toEqual([
      0,
      'protected: new/*.yaml\nnext: git add .gitattributes .gitward && git commit\n',
    ])
  })

  it('warns of globs that select nothing, and says why values cannot be told apart', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    write(folder, 'chart.json', '{{ .Values.password }}\n')
    write(folder, 'c.json', '{"passwrd": 1}\n')
    ann.commit(folder)
    const said = ann.gitward(folder, 'protect', '*.json', '--keys', '**.password').stderr
    expect(said).toContain("chart.json stays plaintext: `gitward status 'chart.json'` says why\n")
    expect(said).toContain('gitward: the policy selects no value of c.json\n')
    expect(said).not.toContain('staged')
    expect(ann.gitward(folder, 'status', 'chart.json', 'c.json').stderr).toBe(
      'gitward: c.json: the keys glob **.password selects nothing\n' +
        'gitward: chart.json:1:2: expected a key in double quotes\n',
    )
    expect(ann.gitward(folder, 'status').stderr).toBe('')
  })

  it('refuses a path that git does not track', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    for (const [file, why] of [
      ['nothing.yaml', 'git tracks no file at nothing.yaml'],
      ['..', 'is outside of this repository'],
    ] as const) {
      const { status, stderr } = ann.tryGitward(folder, 'status', file)
      expect([status, stderr]).toEqual([2, expect.stringContaining(why)])
    }
  })
})

describe('protect', () => {
  it('calls no file plaintext in history whose values were tokens', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    expect(ann.gitward(folder, 'protect', 'config/a.yaml', '--keys', 'nothing').stderr).not.toContain(
      'older commits',
    )
    expect(ann.gitward(folder, 'protect', 'config/a.yaml', '--keys', '**.host').stderr).toContain(
      'older commits still hold the plaintext of config/a.yaml',
    )
  })
})

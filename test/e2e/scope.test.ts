import { expect, it } from 'vitest'
import { check } from './support/gate.ts'
import { blob, leaks, newWorld, read, write, type Person } from './support/world.ts'

/** Moves every rule of the policy into another scope, as a writer without keys could. */
function moveScope(repository: string, from: string, to: string): void {
  const policy = read(repository, '.gitward/config.yaml').toString()
  expect(policy).toContain(`scope: ${from}`)
  write(repository, '.gitward/config.yaml', policy.replaceAll(`scope: ${from}`, `scope: ${to}`))
}

function twoScopes(person: Person): string {
  const folder = person.newRepository('repo')
  person.gitward(folder, 'init')
  person.gitward(folder, 'init', '--scope', 'prod')
  person.gitward(folder, 'protect', '--whole', '--scope', 'prod', 'secrets/**')
  person.gitward(folder, 'protect', '--scope', 'prod', '--keys', '**.password', '*.yaml')
  write(folder, 'secrets/a.txt', 'the first secret')
  write(folder, 'app.yaml', 'host: plain\npassword: first-password\n')
  person.commit(folder)
  return folder
}

it.each([
  ['a whole file', 'secrets/a.txt', 'the second secret', 'secrets/a.txt: the policy here moves it'],
  [
    'a value',
    'app.yaml',
    'host: plain\npassword: second-password\n',
    'app.yaml: /password: the policy here moves it',
  ],
])(
  '%s that a pulled policy moved to another scope is not sealed for it until a person agrees',
  (_, file, edited, message) => {
    const ann = newWorld().person('ann')
    const folder = twoScopes(ann)
    moveScope(folder, 'prod', 'default')
    ann.git(folder, 'commit', '-qam', 'move the scope')
    expect(ann.git(folder, 'status', '--porcelain').stdout).toBe('')
    const before = blob(ann, folder, `:${file}`)
    write(folder, file, edited)
    const refused = ann.tryGit(folder, 'add', file)
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain(
      `${message} from scope prod to scope default: other people could read it`,
    )
    expect(blob(ann, folder, `:${file}`)).toEqual(before)
    ann.gitward(folder, 'policy', 'accept')
    ann.git(folder, 'add', file)
    expect(blob(ann, folder, `:${file}`)).not.toEqual(before)
    expect(
      leaks(ann, folder, ['the first secret', 'the second secret', 'first-password', 'second-password']),
    ).toEqual([])
  },
)

it('the fix that check names for files whose policy moved does what it says', () => {
  const ann = newWorld().person('ann')
  const folder = twoScopes(ann)
  moveScope(folder, 'prod', 'default')
  ann.git(folder, 'add', '.gitward')
  const { findings } = check(ann, folder, '--staged')
  expect(findings.map(({ kind }) => kind)).toEqual(['wrong-scope', 'wrong-scope'])
  for (const { fix } of findings) ann.run(folder, 'sh', ['-c', fix])
  expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [] })
  ann.git(folder, 'commit', '-qm', 'move the scope')
  expect(ann.gitward(folder, 'status').stdout).toBe(
    'sealed           app.yaml\nsealed           secrets/a.txt\n',
  )
})

it('a value that the policy forgot together with its file stays sealed until a person agrees', () => {
  const ann = newWorld().person('ann')
  const folder = twoScopes(ann)
  write(
    folder,
    '.gitward/config.yaml',
    read(folder, '.gitward/config.yaml').toString().replace("'*.yaml'", "'*.yml'"),
  )
  ann.git(folder, 'commit', '-qam', 'forget the file')
  write(folder, 'app.yaml', 'host: changed\npassword: first-password\n')
  ann.git(folder, 'add', 'app.yaml') // only what was plain has changed
  expect(blob(ann, folder, ':app.yaml').toString()).toMatch(/^host: changed\npassword: gitward:v1:/)
  write(folder, 'app.yaml', 'host: changed\npassword: second-password\n')
  expect(ann.tryGit(folder, 'add', 'app.yaml').stderr).toContain(
    'app.yaml: /password: git holds this value encrypted, and the policy here no longer protects it',
  )
  expect(leaks(ann, folder, ['first-password', 'second-password'])).toEqual([])
})

it('unlock opens single values in the work tree, among local edits, and lock puts them back', () => {
  const world = newWorld()
  const ann = world.person('ann')
  const folder = twoScopes(ann)
  const clone = ann.clone(folder, 'clone')
  expect(read(clone, 'app.yaml').toString()).toMatch(/password: gitward:v1:/)
  write(clone, 'app.yaml', read(clone, 'app.yaml').toString().replace('host: plain', 'host: edited'))
  expect(ann.gitward(clone, 'unlock').stderr).toContain('decrypted 2 files')
  expect(read(clone, 'app.yaml').toString()).toBe('host: edited\npassword: first-password\n')
  ann.git(clone, 'checkout', '-q', 'app.yaml')
  expect(ann.git(clone, 'status', '--porcelain').stdout).toBe('')
  ann.gitward(clone, 'lock')
  expect(read(clone, 'app.yaml').toString()).toMatch(/^host: plain\npassword: gitward:v1:/)
  expect(ann.git(clone, 'status', '--porcelain').stdout).toBe('')
})

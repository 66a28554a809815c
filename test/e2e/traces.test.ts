import { randomBytes } from 'node:crypto'
import { readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { check, gatedRepository, kinds, plant, reported } from './support/gate.ts'
import { epochKeyText, identityFile, openedEpoch } from './support/keys.ts'
import { said } from './support/members.ts'
import { newWorld, write, type Person } from './support/world.ts'

type Make = (person: Person, folder: string) => Buffer | string | Promise<Buffer | string>

const dotenvxKey = (): string => `DOTENV_PRIVATE_KEY_CI="${randomBytes(32).toString('hex')}"\n`
const record = async (person: Person, folder: string): Promise<string> => {
  const fields = [...(await openedEpoch(person, folder))].filter(([name]) => name !== '')
  return fields
    .map(([name, value]) => (name === 'gitward-key/v' ? 'gitward-key/v1' : `${name} ${value}`))
    .join('\n')
}
const stateFile = (name: string) => (_: Person, folder: string) =>
  readFileSync(path.join(folder, '.git/gitward', name))

const traces: readonly [string, string, string, Make][] = [
  ['an identity file', 'notes/me.txt', 'age-secret-key', person => readFileSync(identityFile(person))],
  [
    'a classic identity',
    'id',
    'age-secret-key',
    person => {
      person.gitward(person.home, 'keygen', '--classic')
      return readFileSync(path.join(person.home, '.config/gitward/identity-classic.txt'))
    },
  ],
  [
    'an identity in base64',
    'k8s/secret.yml',
    'age-secret-key',
    person => `data:\n  id: ${readFileSync(identityFile(person)).toString('base64')}\n`,
  ],
  [
    'an identity in hex',
    'dump.txt',
    'age-secret-key',
    person => `x = ${readFileSync(identityFile(person)).toString('hex')}\n`,
  ],
  [
    'an identity in UTF-16',
    'windows.txt',
    'age-secret-key',
    person => Buffer.from(`\ufeff${readFileSync(identityFile(person), 'utf8')}`, 'utf16le'),
  ],
  [
    'an exported epoch key',
    'ci.sh',
    'gitward-key-variable',
    async (person, folder) => `export GITWARD_KEY=default=${await epochKeyText(person, folder)}\n`,
  ],
  [
    'an epoch key in a manifest',
    'deploy.yml',
    'gitward-key-variable',
    async (person, folder) =>
      `env:\n  - name: GITWARD_KEY\n    value: ${await epochKeyText(person, folder)}\n`,
  ],
  ['an opened epoch file', 'epoch.txt', 'gitward-epoch-key', record],
  ['the keyring of a clone', 'backup/keyring.json', 'gitward-keyring', stateFile('keyring.json')],
  ['.env.keys, by its content', 'deploy/old.env', 'dotenvx-private-key', dotenvxKey],
  ['.env.keys, by its name', 'app/.env.keys', 'private-key', () => 'KEY_OF_A_FUTURE_FORM="x"\n'],
]

/** Somebody whose private keys end up in git: that is what is to be found. */
function owner(): Person {
  const ann = newWorld().person('ann')
  ann.hunt.plain('private keys are committed, to be found')
  return ann
}

describe('private keys', () => {
  it.each(traces)('%s is found before the commit, in the range and by scan', async (_, file, rule, make) => {
    const ann = owner()
    const folder = gatedRepository(ann)
    const content = await make(ann, folder)
    write(folder, file, content)
    ann.git(folder, 'add', '-f', '--', file)
    const staged = check(ann, folder, '--staged')
    expect(staged.status).toBe(1)
    expect(staged.findings).toMatchObject([{ kind: 'private-key', rule, path: file }])
    expect(staged.findings[0]!.fingerprint).toMatch(/^[\w-]{22}$/)
    const scanned = reported(ann, folder, 'scan', file)
    expect(scanned).toMatchObject({ status: 1, findings: staged.findings })
    const text = said(ann.tryGitward(folder, 'check', '--staged'))
    expect(text).toContain(file)
    for (const line of content.toString().match(/[A-Za-z0-9+/]{30,}/g) ?? []) expect(text).not.toContain(line)
    ann.git(folder, 'commit', '-q', '-m', 'oops')
    const range = check(ann, ann.clone(folder, 'clone'), '--range', 'HEAD~1..HEAD')
    expect(range).toMatchObject({ status: 1, findings: [{ kind: 'private-key', rule }] })
  })

  it('the fix takes it out of the next commit', () => {
    const ann = owner()
    const folder = gatedRepository(ann)
    write(folder, "it's mine.txt", readFileSync(identityFile(ann)))
    ann.git(folder, 'add', '-A')
    const [found] = check(ann, folder, '--staged').findings
    ann.run(folder, 'sh', ['-c', found!.fix])
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [] })
  })

  it('neither a comment, the baseline nor the policy accepts one', () => {
    const ann = owner()
    const folder = gatedRepository(ann)
    const identity = readFileSync(identityFile(ann), 'utf8').trim().split('\n').at(-1)!
    write(folder, 'me.txt', `${identity} # gitward:allow age-secret-key because\n`)
    write(
      folder,
      '.gitward/config.yaml',
      `${readFileSync(path.join(folder, '.gitward/config.yaml'), 'utf8')}scan: { disable: [age-secret-key], ignore: ['**'] }\n`,
    )
    ann.git(folder, 'add', '-A')
    const before = check(ann, folder, '--staged')
    expect(kinds(before)).toEqual(['private-key me.txt'])
    const { fingerprint } = before.findings[0]!
    const refused = ann.tryGitward(folder, 'baseline', 'add', fingerprint, '--reason', 'because')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('me.txt:1: a finding of kind private-key is never accepted')
    const entry = { fingerprint, rule: 'age-secret-key', path: 'me.txt', reason: 'x', owner: '', expires: '' }
    const line = Object.entries(entry).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    write(
      folder,
      '.gitward/baseline.yaml',
      `# Findings that gitward accepts, one a line, sorted. Written by: gitward baseline add\nversion: 1\nfindings:\n  - { ${line.join(', ')} }\n`,
    )
    ann.git(folder, 'add', '-A')
    expect(check(ann, folder, '--all')).toMatchObject({
      status: 1,
      suppressed: 0,
      findings: [{ kind: 'private-key', path: 'me.txt' }],
    })
  })

  it('a key in the text of a symbolic link, and under protection, is found', () => {
    const ann = owner()
    const folder = gatedRepository(ann)
    const identity = readFileSync(identityFile(ann))
    plant(ann, folder, 'link', identity, '120000')
    plant(ann, folder, 'secrets/me', identity)
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['plaintext secrets/me', 'private-key link'])
  })

  it('.env.keys under protection is no finding once it is ciphertext', () => {
    const ann = owner()
    const folder = gatedRepository(ann)
    ann.gitward(folder, 'protect', '--whole', '.env.keys')
    write(folder, '.env.keys', dotenvxKey())
    ann.git(folder, 'add', '-A')
    expect(check(ann, folder, '--all')).toMatchObject({ status: 0, findings: [] })
  })

  it('trust, recipients, epoch files and public keys are no secrets', () => {
    const ann = owner()
    const folder = gatedRepository(ann)
    write(folder, 'copy/trust.json', stateFile('trust.json')(ann, folder))
    write(folder, 'link to nowhere/x', 'x')
    symlinkSync('nowhere', path.join(folder, 'dangling'))
    ann.git(folder, 'add', '-A')
    expect(check(ann, folder, '--all')).toMatchObject({ status: 0, findings: [], unscanned: [] })
  })
})

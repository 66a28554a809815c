import { describe, expect, it } from 'vitest'
import { check, gatedRepository as repository, kinds, plant, token, type Reported } from './support/gate.ts'
import { blob, newWorld, read, write, type Person } from './support/world.ts'

describe('check proves form without a key', () => {
  const ways: readonly [string, string, (person: Person, folder: string) => void][] = [
    [
      'a value planted as plaintext',
      'plaintext app.yaml',
      (person, folder) => plant(person, folder, 'app.yaml', 'host: plain\npassword: planted\n'),
    ],
    [
      'a whole file planted as plaintext',
      'plaintext secrets/a b.txt',
      (person, folder) => plant(person, folder, 'secrets/a b.txt', 'planted'),
    ],
    [
      'magic in front of plaintext',
      'malformed secrets/a b.txt',
      (person, folder) =>
        plant(
          person,
          folder,
          'secrets/a b.txt',
          Buffer.concat([Buffer.from('894757440d0a1a0a0101', 'hex'), Buffer.from('planted')]),
        ),
    ],
    [
      'a token prefix in front of plaintext',
      'plaintext app.yaml',
      (person, folder) => plant(person, folder, 'app.yaml', 'password: gitward:v1:planted\n'),
    ],
    [
      'text that does not parse',
      'plaintext app.yaml',
      (person, folder) => plant(person, folder, 'app.yaml', 'password: [planted\n'),
    ],
    [
      'a symlink under protection',
      'symlink secrets/link',
      (person, folder) => plant(person, folder, 'secrets/link', '/etc/passwd', '120000'),
    ],
    [
      'ciphertext that moved out of protection',
      'moved-out public.bin',
      (person, folder) => plant(person, folder, 'public.bin', blob(person, folder, ':secrets/a b.txt')),
    ],
    [
      'an envelope under a key that nobody has',
      'unknown-key secrets/a b.txt',
      (person, folder) => {
        const bytes = Buffer.from(blob(person, folder, ':secrets/a b.txt'))
        bytes[12]! ^= 1
        plant(person, folder, 'secrets/a b.txt', bytes)
      },
    ],
    [
      'attributes that are gone',
      'attributes app.yaml',
      (person, folder) => person.git(folder, 'rm', '-q', '--cached', '.gitattributes'),
    ],
    [
      'attributes overridden in a nested file',
      'filter-clash secrets/a b.txt',
      (person, folder) => plant(person, folder, 'secrets/.gitattributes', '* filter=other\n'),
    ],
    [
      'line ends converted on ciphertext',
      'attributes secrets/a b.txt',
      (person, folder) => plant(person, folder, 'secrets/.gitattributes', '* text eol=crlf\n'),
    ],
    [
      'ciphertext of another scope',
      'wrong-scope secrets/a b.txt',
      (person, folder) => {
        person.gitward(folder, 'init', '--scope', 'prod')
        person.git(folder, 'add', '.gitward')
        write(folder, 'loose', 'of prod')
        person.gitward(folder, 'encrypt', 'loose', '--scope', 'prod')
        plant(person, folder, 'secrets/a b.txt', read(folder, 'loose.gitward'))
      },
    ],
    [
      'a policy that cannot be read',
      'policy .gitward/config.yaml',
      (person, folder) => plant(person, folder, '.gitward/config.yaml', 'version: one\n'),
    ],
    [
      'a secret in an unprotected file',
      'secret notes.txt',
      (person, folder) => plant(person, folder, 'notes.txt', `token = "${token()}"\n`),
    ],
  ]

  it.each(ways)('%s is found before the commit and in the range, with exit 1', (_, expected, sabotage) => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    expect(check(ann, folder, '--all')).toMatchObject({ status: 0, findings: [] })
    sabotage(ann, folder)
    const staged = check(ann, folder, '--staged')
    expect(staged.status).toBe(1)
    expect(kinds(staged)).toContain(expected)
    ann.git(folder, 'commit', '-q', '-m', 'sabotage')
    const clone = ann.clone(folder, 'clone') // nothing of this machine helps there
    const range = check(ann, clone, '--range', 'HEAD~1..HEAD')
    expect(range.status).toBe(1)
    expect(kinds(range)).toContain(expected)
  })

  it('plaintext diffs that git cached are found', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    ann.git(folder, 'notes', '--ref=textconv/gitward', 'add', '-m', 'cached', 'HEAD')
    const found = check(ann, folder)
    expect(found.status).toBe(1)
    expect(kinds(found)).toEqual(['textconv-cache refs/notes/textconv'])
  })

  it('a secret that a later commit removed is still found in the range', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    write(folder, 'notes.txt', `token = "${token()}"\n`)
    ann.commit(folder, 'oops')
    write(folder, 'notes.txt', 'gone\n')
    ann.commit(folder, 'cleaned')
    expect(check(ann, folder).status).toBe(0)
    const range = check(ann, folder, '--range', 'HEAD~2..HEAD')
    expect(kinds(range)).toEqual(['secret notes.txt'])
    expect(range.findings[0]!.fix).toContain(
      ann.git(folder, 'rev-parse', '--short=12', 'HEAD~1').stdout.trim(),
    )
  })

  it('an evil merge is found, though no parent has it', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    ann.git(folder, 'checkout', '-q', '-b', 'side')
    write(folder, 'README', 'side\n')
    ann.commit(folder)
    ann.git(folder, 'checkout', '-q', 'main')
    write(folder, 'other', 'main\n')
    ann.commit(folder)
    ann.git(folder, 'merge', '-q', '--no-commit', 'side')
    plant(ann, folder, 'app.yaml', 'password: evil\n')
    ann.git(folder, 'commit', '-q', '-m', 'merge')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toContain('plaintext app.yaml')
  })

  it('reads the index and not the work tree', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    write(folder, 'notes.txt', 'clean\n')
    ann.git(folder, 'add', 'notes.txt')
    write(folder, 'notes.txt', `token = "${token()}"\n`)
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [] })
  })

  it('works in a locked clone, and names neither secret nor plaintext', () => {
    const world = newWorld()
    const folder = repository(world.person('ann'))
    const bob = world.person('bob')
    const clone = bob.clone(folder, 'clone')
    plant(bob, clone, 'app.yaml', 'password: planted-value\n')
    plant(bob, clone, 'notes.txt', `token = "${token()}"\n`)
    const ran = bob.tryGitward(clone, 'check', '--staged')
    expect(ran.status).toBe(1)
    expect(ran.stdout + ran.stderr).toContain('app.yaml')
    expect(ran.stdout + ran.stderr).not.toContain('planted-value')
    expect(ran.stdout + ran.stderr).not.toContain(token().slice(4, 20))
  })
})

describe('check says what it did not do', () => {
  it('an empty change is exit 0 with a word', () => {
    const ann = newWorld().person('ann')
    const ran = ann.gitward(repository(ann), 'check', '--staged')
    expect(ran.stderr).toContain('nothing to scan')
  })

  it('a repository without a policy is scanned only, and says so', () => {
    const ann = newWorld().person('ann')
    const folder = ann.newRepository('repo')
    write(folder, 'a', 'clean\n')
    ann.commit(folder)
    expect(ann.gitward(folder, 'check').stderr).toContain('no policy here')
  })

  it('a shallow clone fails with the command that deepens it', () => {
    const ann = newWorld().person('ann')
    const folder = repository(ann)
    write(folder, 'README', 'second\n')
    ann.commit(folder)
    ann.git(folder, 'clone', '-q', '--depth=1', `file://${folder}`, `${folder}-shallow`)
    const ran = ann.tryGitward(`${folder}-shallow`, 'check', '--range', 'HEAD')
    expect(ran.status).toBe(5)
    expect(ran.stderr).toContain('git fetch --unshallow')
  })

  it.each([
    [['--staged', '--all'], 'exclude one another'],
    [['--files'], 'go together'],
    [['--report', 'xml'], 'there is no report xml: there are text, '],
    [['--report', 'jsn'], '  try: gitward check --report json\n'],
  ])('%j is exit 2', (args, message) => {
    const ann = newWorld().person('ann')
    const ran = ann.tryGitward(repository(ann), 'check', ...args)
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain(message)
  })
})

describe('scan', () => {
  it('finds secrets in folders, files and standard input, inside a repository or not', () => {
    const ann = newWorld().person('ann')
    write(ann.home, 'project/deep/config.txt', `token = "${token()}"\n`)
    const folder = ann.tryGitward(ann.home, 'scan', 'project', '--json')
    expect(folder.status).toBe(1)
    expect(kinds(JSON.parse(folder.stdout) as Reported)).toEqual(['secret project/deep/config.txt'])
    const input = ann.run(ann.home, 'gitward', ['scan', '--stdin', '--json'], {
      input: `token = "${token()}"\n`,
      mayFail: true,
    })
    expect(input.status).toBe(1)
    expect(ann.gitward(ann.home, 'scan', '--report', 'json=out.json', '.gitconfig').status).toBe(0)
    expect((JSON.parse(read(ann.home, 'out.json').toString()) as Reported).scanned.files).toBe(1)
    expect(ann.tryGitward(ann.home, 'scan', 'missing').status).toBe(5)
    expect(ann.tryGitward(ann.home, 'scan', '-')).toMatchObject({
      status: 2,
      stderr: 'gitward: scan: - is not standard input here\n  try: gitward scan --stdin\n',
    })
  })
})

it('the fix of a finding names the way that this file can be protected', () => {
  const ann = newWorld().person('ann')
  const folder = repository(ann)
  write(folder, 'notes.txt', `token = "${token()}"\n`)
  write(folder, 'notes.env', `TOKEN=${token()}\n`)
  ann.git(folder, 'add', '-A')
  const fixes = Object.fromEntries(check(ann, folder).findings.map(({ path, fix }) => [path, fix]))
  expect(fixes['notes.txt']).toBe("gitward protect --whole '/notes.txt'")
  expect(fixes['notes.env']).toBe("gitward fix 'notes.env:1'")
  const refused = ann.tryGitward(folder, 'protect', '--whole', '*.yaml')
  expect(refused.status).toBe(2)
  expect(refused.stderr).toContain('*.yaml is protected value by value already')
})

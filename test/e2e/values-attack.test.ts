import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { changes, commitBlob, forgetStat } from './support/history.ts'
import { expectRefused, expectSealed, tokensIn, valueRepository, withoutTokens } from './support/values.ts'
import { blob, newWorld, read, recipientOf, write, type Person, type Ran } from './support/world.ts'

const RULE = ['*.yaml', '*.json', '.env', '--keys', '**.password', '--keys', '**.token']

/** Takes a file out of the index once more; returns what the filter said. */
function checkedOut(person: Person, folder: string, file: string): string {
  rmSync(path.join(folder, file), { force: true })
  const { stdout, stderr } = person.git(folder, 'checkout', '--', file)
  expect(stdout + stderr).not.toContain('hunter')
  return stderr
}

/** A repository that holds these files. */
function holding(
  files: Readonly<Record<string, string>>,
  ...rules: string[][]
): { ann: Person; folder: string } {
  const ann = newWorld().person('ann')
  const folder = valueRepository(ann, ...(rules.length > 0 ? rules : [RULE]))
  for (const [file, content] of Object.entries(files)) write(folder, file, content)
  if (Object.keys(files).length > 0) ann.commit(folder, 'values')
  return { ann, folder }
}

const add = (person: Person, folder: string, file: string): Ran => person.tryGit(folder, 'add', file)

const otherThan = (character: string): string => (character === 'A' ? 'B' : 'A')
const changedAt = (text: string, at: number): string =>
  text.slice(0, at) + otherThan(text[at]!) + text.slice(at + 1)

describe('a token with one character changed', () => {
  // kid, nonce, ciphertext and tag; the last character of each field may hold fewer bits
  const positions = [11, 17, 23, 40, 54, 56, 70, 97, 100, 118]
  const config = positions.map(at => `a${at}: { password: hunter${at} }\n`).join('')

  it('stays as it is in the work tree, with a warning, and does not stop git', () => {
    const { ann, folder } = holding({ 'a.yaml': config })
    const held = blob(ann, folder, 'HEAD:a.yaml').toString()
    const tokens = tokensIn(held)
    const changed = tokens.reduce(
      (text, token, i) => text.replace(token, changedAt(token, positions[i]!)),
      held,
    )
    commitBlob(ann, folder, 'a.yaml', Buffer.from(changed))
    const said = checkedOut(ann, folder, 'a.yaml')
    for (const at of positions)
      expect(said).toMatch(
        new RegExp(
          `a.yaml: /a${at}/password stays encrypted: (?:the value was changed|its key is not one of)`,
        ),
      )
    expect(read(folder, 'a.yaml').toString()).toBe(changed)
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe('')
    ann.git(folder, 'diff', 'HEAD~')
    expectSealed(ann, folder)
  })

  it('is refused where it is new', () => {
    const { ann, folder } = holding({ 'a.yaml': config })
    const tokens = tokensIn(blob(ann, folder, 'HEAD:a.yaml'))
    for (const [i, at] of positions.entries()) {
      write(folder, 'a.yaml', config.replace(`hunter${at} `, `${changedAt(tokens[i]!, at)} `))
      expect(expectRefused(add(ann, folder, 'a.yaml'))).toContain(`a.yaml: /a${at}/password: `)
    }
    expectSealed(ann, folder)
  })
})

describe('text that looks like a token', () => {
  it('is no value in a comment, and sealed where it is no canonical token', () => {
    const { ann, folder } = holding({ 'a.yaml': 'password: hunter\n' })
    const [token] = tokensIn(blob(ann, folder, 'HEAD:a.yaml'))
    const text = `# ${token}\npassword: hunter # ${token}\na: { password: gitward:v1:hello }\nb: { password: "${token}" }\nc: { password: ${token}x }\n`
    write(folder, 'a.yaml', text)
    ann.commit(folder)
    expect(withoutTokens(blob(ann, folder, 'HEAD:a.yaml'))).toBe(
      '# …\npassword: … # …\na: { password: … }\nb: { password: … }\nc: { password: … }\n',
    )
    expect(checkedOut(ann, folder, 'a.yaml')).not.toContain('gitward')
    expect(read(folder, 'a.yaml').toString()).toBe(text)
    expect(changes(ann, folder)).toBe('')
    expectSealed(ann, folder)
  })

  it('is refused by whoever reads values, if it is what damage left of a token', () => {
    const { ann, folder } = holding({ 'a.yaml': 'password: hunter\n', '.env': 'password=hunter\n' })
    for (const [file, pointer] of [
      ['a.yaml', '/password'],
      ['.env', '/password'],
    ] as const) {
      const [token] = tokensIn(blob(ann, folder, `HEAD:${file}`))
      const sealed = blob(ann, folder, `HEAD:${file}`).toString()
      for (const damaged of [
        `${token}=`,
        token!.replace(/:(.{4})./, ':$1'),
        `${token!.slice(0, 60)}!${token!.slice(61)}`,
      ]) {
        write(folder, file, sealed.replace(token!, damaged))
        for (const args of [
          ['cat', file],
          ['get', `${file}:${pointer}`],
          ['run', '-f', file, '--', 'true'],
        ]) {
          const { status, stdout, stderr } = ann.tryGitward(folder, ...args)
          expect([args, status, stdout]).toEqual([args, 4, ''])
          expect(stderr).toContain(`${pointer} holds a damaged token`)
        }
      }
    }
  })

  it('is refused as a new value if it is a token of somebody else’s key', () => {
    const { ann, folder } = holding({ 'a.yaml': 'password: hunter\nhost: h\n' })
    const eve = newWorld().person('eve')
    const theirs = valueRepository(eve, RULE)
    write(theirs, 'a.yaml', 'password: hunter\n')
    eve.commit(theirs)
    const [token] = tokensIn(blob(eve, theirs, 'HEAD:a.yaml'))
    for (const key of ['password', 'host']) {
      write(folder, 'a.yaml', `${key}: ${token}\n`)
      expect(expectRefused(add(ann, folder, 'a.yaml'))).toContain(
        `a.yaml: /${key}: this ciphertext is new and its key is not one of this repository's`,
      )
    }
    expectSealed(ann, folder)
  })
})

describe('a writer without keys', () => {
  it('swaps two values: both stay encrypted', () => {
    const { ann, folder } = holding({ '.env': 'A_TOKEN=1\nA.password=hunter-a\nB.password=hunter-b\n' }, [
      '.env',
      '--keys',
      '*password',
      '--keys',
      '*\\.password',
    ])
    const held = blob(ann, folder, 'HEAD:.env').toString()
    const [a, b] = tokensIn(held)
    const swapped = held.replace(a!, 'X').replace(b!, a!).replace('X', b!)
    commitBlob(ann, folder, '.env', Buffer.from(swapped))
    const said = checkedOut(ann, folder, '.env')
    for (const pointer of ['/A.password', '/B.password'])
      expect(said).toContain(`.env: ${pointer} stays encrypted: the value was moved or swapped`)
    expect(read(folder, '.env').toString()).toBe(swapped)
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe('')
    expectSealed(ann, folder)
  })

  it('moves a value to another key, protected or not: it stays encrypted', () => {
    const { ann, folder } = holding({ 'a.json': '{"db": {"password": "hunter"}}\n' })
    const held = blob(ann, folder, 'HEAD:a.json').toString()
    for (const [key, why] of [
      ['{"log": {"password":', '/log/password stays encrypted: the value was moved or swapped'],
      ['{"log": {"shown":', '/log/shown stays encrypted: the policy does not protect this value'],
    ] as const) {
      const moved = held.replace('{"db": {"password":', key)
      commitBlob(ann, folder, 'a.json', Buffer.from(moved))
      expect(checkedOut(ann, folder, 'a.json')).toContain(`a.json: ${why}`)
      expect(read(folder, 'a.json').toString()).toBe(moved)
      forgetStat(ann, folder)
      expect(changes(ann, folder)).toBe('')
    }
    expectSealed(ann, folder)
  })

  it('copies a token of another scope: it never opens there, and is refused where it is new', () => {
    const ann = newWorld().person('ann')
    const folder = ann.newRepository('repo')
    ann.gitward(folder, 'init')
    ann.gitward(folder, 'init', '--scope', 'prod')
    ann.gitward(folder, 'protect', 'dev.yaml')
    ann.gitward(folder, 'protect', 'prod.yaml', '--scope', 'prod')
    write(folder, 'dev.yaml', 'password: hunter-dev\n')
    write(folder, 'prod.yaml', 'password: hunter-prod\n')
    ann.commit(folder)
    const prod = blob(ann, folder, 'HEAD:prod.yaml')
    write(folder, 'dev.yaml', prod)
    expect(expectRefused(add(ann, folder, 'dev.yaml'))).toContain(
      'dev.yaml: /password: this ciphertext is of scope prod, which the policy does not put here',
    )
    commitBlob(ann, folder, 'dev.yaml', prod)
    expect(checkedOut(ann, folder, 'dev.yaml')).toContain(
      'dev.yaml: /password stays encrypted: its key is of scope prod, which the policy does not put here',
    )
    expect(read(folder, 'dev.yaml')).toEqual(prod)
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe('')
    expectSealed(ann, folder)
  })

  it('gives a key a name that would write to the terminal: it is shown escaped', () => {
    const { ann, folder } = holding({ 'a.json': '{"\\u001b[2J": {"password": "hunter"}}\n' })
    const held = blob(ann, folder, 'HEAD:a.json').toString()
    commitBlob(ann, folder, 'a.json', Buffer.from(held.replace('[2J', '[3J')))
    expect(checkedOut(ann, folder, 'a.json')).toContain('/\\x1b[3J/password stays encrypted')
    ann.gitward(folder, 'lock')
    write(folder, 'a.json', '{"\\u001b[4J": {"password": "hunter"}}\n')
    expect(expectRefused(add(ann, folder, 'a.json'))).toContain('a.json: /\\x1b[4J/password: ')
  })
})

describe('keys', () => {
  const names = [
    'a.b',
    'c/d',
    'e~f',
    '~1',
    '-g',
    '-',
    '-=h',
    '*',
    '**',
    'i\\j',
    '🔑',
    'ключ',
    ' ',
    '1',
    'true',
  ]

  it.each([
    [
      'a.json',
      `{${names.map((name, i) => `${JSON.stringify(name)}: {"password": "hunter${i}"}`).join(', ')}}\n`,
    ],
    ['a.yaml', names.map((name, i) => `${JSON.stringify(name)}: { password: hunter${i} }\n`).join('')],
  ])('of any name hold sealed values in %s, each bound to its own', (file, text) => {
    const { ann, folder } = holding({ [file]: text })
    const tokens = tokensIn(blob(ann, folder, `HEAD:${file}`))
    expect(new Set(tokens).size).toBe(names.length)
    checkedOut(ann, folder, file)
    expect(read(folder, file).toString()).toBe(text)
    const [first, second] = tokens
    const swapped = blob(ann, folder, `HEAD:${file}`)
      .toString()
      .replace(first!, 'X')
      .replace(second!, first!)
      .replace('X', second!)
    commitBlob(ann, folder, file, Buffer.from(swapped))
    expect(checkedOut(ann, folder, file)).toContain(`${file}: /c~1d/password stays encrypted`)
    expectSealed(ann, folder)
  })

  it('are selected by globs that escape dots and stars', () => {
    const { ann, folder } = holding({ 'a.yaml': 'a.b: hunter\na: { b: plain }\n"*": hunter\nx: plain\n' }, [
      'a.yaml',
      '--keys',
      'a\\.b',
      '--keys',
      '\\*',
    ])
    expect(withoutTokens(blob(ann, folder, 'HEAD:a.yaml'))).toBe(
      'a.b: …\na: { b: plain }\n"*": …\nx: plain\n',
    )
  })
})

describe('large and deep files', () => {
  it('hold a scalar of 1 MB', () => {
    const text = `{"password": "${'hunter2 '.repeat(2 ** 17)}", "a": 1}\n`
    const { ann, folder } = holding({ 'a.json': text })
    checkedOut(ann, folder, 'a.json')
    expect(read(folder, 'a.json').toString()).toBe(text)
    expectSealed(ann, folder)
  })

  const count = process.env['GITWARD_LARGE'] === undefined ? 10_000 : 50_000
  it.each([
    ['keys', 'a.yaml', Array.from({ length: count }, (_, i) => `k${i}: hunter${i}\n`).join('')],
    [
      'elements without a name',
      'a.json',
      `[\n${Array.from({ length: count }, (_, i) => `"hunter${i}"`).join(',\n')}\n]\n`,
    ],
    ['equal elements', 'b.json', `[\n${Array.from({ length: count }, () => '"hunter"').join(',\n')}\n]\n`],
  ])(`hold ${count} values at %s`, { timeout: 300_000 }, (what, file, text) => {
    const { ann, folder } = holding({}, ['*.yaml', '*.json'])
    const timed = (step: string, ...args: string[]) => {
      const start = performance.now()
      ann.git(folder, ...args)
      process.stdout.write(
        `${count} ${what}, ${step}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`,
      )
    }
    write(folder, file, text)
    timed('first add', 'add', file)
    ann.git(folder, 'commit', '-q', '-m', 'many')
    write(folder, file, text.replace('hunter', 'hunter-new'))
    timed('one changed', 'add', file)
    expect(ann.git(folder, 'diff', '--cached', '--no-textconv', '--numstat').stdout).toBe(`1\t1\t${file}\n`)
    rmSync(path.join(folder, file))
    timed('checkout', 'checkout', '--', file)
    expect(read(folder, file).toString()).toBe(text.replace('hunter', 'hunter-new'))
    ann.gitward(folder, 'lock')
    forgetStat(ann, folder)
    timed('status while locked', 'status')
    expectSealed(ann, folder)
  })

  it.each([
    ['lists in JSON', 'a.json', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['maps in JSON', 'a.json', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['flow lists in YAML', 'a.yaml', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['block lists in YAML', 'a.yaml', `${'- '.repeat(10_000)}x\n`],
  ])('are refused if they nest 10,000 deep: %s', (_, file, text) => {
    const { ann, folder } = holding({})
    write(folder, file, text)
    expect(expectRefused(add(ann, folder, file))).toMatch(
      new RegExp(
        `gitward: ${file}:1:\\d+: nested deeper than 256 levels\n {2}try: mend the file, or narrow the pattern .* gitward policy accept`,
      ),
    )
  })
})

describe('a file that is no text of its format', () => {
  const utf16 = Buffer.from('password: hunter\n', 'utf16le')

  it.each<[string, string, Buffer, string]>([
    ['invalid UTF-8', 'a.yaml', Buffer.from('password: hunter\xff\n', 'latin1'), 'it is not UTF-8 text'],
    [
      'UTF-16 with a mark',
      'a.yaml',
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
      'it is not UTF-8 text',
    ],
    ['UTF-16 without a mark', 'a.yaml', utf16, 'it holds NUL bytes'],
    ['UTF-16, big end first', 'a.yaml', Buffer.from(utf16).swap16(), 'it holds NUL bytes'],
    ['a NUL byte in YAML', 'a.yaml', Buffer.from('a: "\0"\npassword: hunter\n'), 'it holds NUL bytes'],
    ['a NUL byte in dotenv', '.env', Buffer.from('A=\0\nPASSWORD=hunter\n'), 'it holds NUL bytes'],
  ])('is refused: %s', (_, file, bytes, why) => {
    const { ann, folder } = holding({})
    write(folder, file, bytes)
    expect(expectRefused(add(ann, folder, file))).toContain(
      `gitward: ${file}: its values cannot be told apart, for ${why}\n  try: narrow the pattern that reaches it in .gitward/config.yaml, then: gitward policy accept\n`,
    )
    expectSealed(ann, folder)
  })

  it.each([
    ['YAML', 'a.yaml', 'a: 1\npassword: "hunter\n', '3:1'],
    ['JSON', 'a.json', '{"a": 1,\n "password": hunter}\n', '2:14'],
    ['dotenv', '.env', 'A=1\nPASSWORD="hunter\n', '2:10'],
    ['YAML in a JSON file', 'a.json', 'password: hunter\n', '1:1'],
  ])('is refused with line and column: %s', (_, file, text, place) => {
    const { ann, folder } = holding({})
    write(folder, file, text)
    expect(expectRefused(add(ann, folder, file))).toContain(`gitward: ${file}:${place}: `)
    expectSealed(ann, folder)
  })

  it('is sealed as JSON in a YAML file: JSON is YAML', () => {
    const text = '{"password": "hunter", "list": [1, {"password": "hunter"}]}\n'
    const { ann, folder } = holding({ 'a.yaml': 'password: hunter\n' })
    write(folder, 'a.yaml', text)
    ann.commit(folder)
    expect(withoutTokens(blob(ann, folder, 'HEAD:a.yaml'))).toBe(
      '{"password": …, "list": [1, {"password": …}]}\n',
    )
    checkedOut(ann, folder, 'a.yaml')
    expect(read(folder, 'a.yaml').toString()).toBe(text)
    expectSealed(ann, folder)
  })

  it('does not stop git while it stays as it was before its protection', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann)
    const files: Record<string, Buffer> = {
      'chart.yaml': Buffer.from('a: {{ .Values.a }}\n  b: {{ .Values.b }}\n'),
      'logo.yaml': Buffer.from([0, 1, 0xff]),
      'notes.txt': Buffer.from('x\n'),
    }
    for (const [file, bytes] of Object.entries(files)) write(folder, file, bytes)
    ann.commit(folder)
    const policy = read(folder, '.gitward/config.yaml').toString()
    write(
      folder,
      '.gitward/config.yaml',
      policy.replace('protect: []', "protect:\n  - paths: ['*.yaml', '*.txt']"),
    )
    ann.tryGitward(folder, 'doctor', '--fix')
    ann.commit(folder)
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe('')
    for (const file of Object.keys(files)) {
      write(folder, file, Buffer.concat([files[file]!, Buffer.from('hunter')]))
      expectRefused(add(ann, folder, file))
    }
    expectSealed(ann, folder)
  })
})

describe('the policy', () => {
  const config = 'db:\n  host: h\n  password: hunter\n  token: hunter-t\n'

  /** Commits an edit of the policy by hand, as somebody else would, and takes it over here. */
  function pullPolicy(person: Person, folder: string, from: string, to: string): void {
    const policy = read(folder, '.gitward/config.yaml').toString()
    expect(policy).toContain(from)
    commitBlob(person, folder, '.gitward/config.yaml', Buffer.from(policy.replace(from, to)))
    person.git(folder, 'checkout', '--', '.gitward/config.yaml')
  }

  it('that names a key which is a map selects nothing, and ** selects what is in it', () => {
    const { ann, folder } = holding(
      { 'a.yaml': config, 'b.yaml': config },
      ['a.yaml', '--keys', 'db'],
      ['b.yaml', '--keys', 'db.**'],
    )
    expect(blob(ann, folder, 'HEAD:a.yaml').toString()).toBe(config)
    expect(withoutTokens(blob(ann, folder, 'HEAD:b.yaml'))).toBe(
      'db:\n  host: …\n  password: …\n  token: …\n',
    )
  })

  it('with an unknown field is refused with its place and what was meant; unchanged files still pass', () => {
    const { ann, folder } = holding({ 'a.yaml': config, 'b.yaml': config })
    const policy = read(folder, '.gitward/config.yaml').toString()
    write(folder, '.gitward/config.yaml', policy.replace(/^    keys:/m, '    key:'))
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe(' M .gitward/config.yaml\n')
    write(folder, 'a.yaml', config.replace('hunter', 'hunter2'))
    expect(expectRefused(add(ann, folder, 'a.yaml'))).toMatch(
      /gitward: \.gitward\/config\.yaml:\d+:5: .*"key".*did you mean "?keys/,
    )
    expectSealed(ann, folder)
  })

  it('that a pulled commit weakens stops edits of that value alone, until it is accepted', () => {
    const { ann, folder } = holding({ 'a.yaml': config, 'b.yaml': config })
    pullPolicy(ann, folder, ", '**.token'", '')
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe('')
    write(folder, 'a.yaml', config.replace('hunter-t', 'hunter-t2'))
    expect(expectRefused(add(ann, folder, 'a.yaml'))).toMatch(
      /a\.yaml: \/db\/token: .*\n {2}try: if that is meant: gitward policy accept\n/,
    )
    write(
      folder,
      'b.yaml',
      config.replace('host: h', 'host: i').replace('password: hunter', 'password: hunter2'),
    )
    ann.git(folder, 'add', 'b.yaml')
    expect(withoutTokens(blob(ann, folder, ':b.yaml'))).toBe('db:\n  host: i\n  password: …\n  token: …\n')
    write(folder, 'c.yaml', 'password: hunter\n')
    ann.git(folder, 'add', 'c.yaml')
    write(folder, 'd.yaml', 'token: hunter-t\n')
    expect(expectRefused(add(ann, folder, 'd.yaml'))).toContain(
      'd.yaml: /token: the policy here is weaker than the one this machine trusts',
    )
    expectSealed(ann, folder)
    ann.gitward(folder, 'policy', 'accept')
    ann.git(folder, 'add', 'a.yaml')
    expect(withoutTokens(blob(ann, folder, ':a.yaml'))).toBe(
      'db:\n  host: h\n  password: …\n  token: hunter-t2\n',
    )
  })

  it('that leaves a value out is not trusted in passing by unlock', () => {
    const { ann, folder } = holding({ 'a.yaml': config })
    pullPolicy(ann, folder, ", '**.token'", '')
    expect(ann.gitward(folder, 'unlock').stderr).toContain('the policy here is weaker')
    write(folder, 'd.yaml', 'token: hunter-t\n')
    expect(expectRefused(add(ann, folder, 'd.yaml'))).toContain('d.yaml: /token: the policy here is weaker')
    expectSealed(ann, folder)
  })

  it.each([
    ['leaves a value out', ", '**.token'", '', '/db/token'],
    ['forgets the file', "'*.yaml', ", '', '/db/password'],
  ])(
    'that %s cannot turn held ciphertext into plaintext, even where nothing is trusted',
    (_, from, to, pointer) => {
      const { ann, folder } = holding({ 'a.yaml': config })
      const bob = newWorld().person('bob')
      recipientOf(bob)
      const clone = bob.clone(folder, 'clone')
      bob.tryGitward(clone, 'unlock') // no member: the filter is installed, nothing is trusted
      const policy = read(clone, '.gitward/config.yaml').toString()
      write(clone, '.gitward/config.yaml', policy.replace(from, to))
      forgetStat(bob, clone)
      expect(changes(bob, clone)).toBe(' M .gitward/config.yaml\n')
      const held = read(clone, 'a.yaml').toString()
      const key = pointer.split('/').at(-1)!
      write(clone, 'a.yaml', held.replace(new RegExp(`${key}: \\S+`), `${key}: hunter-new`))
      expect(expectRefused(add(bob, clone, 'a.yaml'))).toContain(
        `a.yaml: ${pointer}: git holds this value encrypted, and the policy here no longer protects it\n  try: if that is meant: gitward policy accept\n`,
      )
      write(clone, 'a.yaml', held.replace('host: h', 'host: other'))
      bob.git(clone, 'add', 'a.yaml')
      expectSealed(ann, folder)
      expectSealed(bob, clone)
    },
  )

  it('lets go of values when unprotect says so', () => {
    const { ann, folder } = holding({ 'a.yaml': config, 'a.json': '{"password": "hunter-j"}\n' })
    ann.gitward(folder, 'unprotect', '*.yaml')
    expect(blob(ann, folder, ':a.yaml').toString()).toBe(config)
    expect(withoutTokens(blob(ann, folder, ':a.json'))).toBe('{"password": "…"}\n')
    write(folder, 'a.yaml', `${config}more: 1\n`)
    ann.commit(folder)
    expect(changes(ann, folder)).toBe('')
    expectSealed(ann, folder, ['hunter-j'])
  })

  it('seals a value that only one side of a conflict protects', () => {
    const { ann, folder } = holding({}, ['*.yaml', '--keys', 'db.password'])
    const text = '<<<<<<< ours\nlog:\n=======\ndb:\n>>>>>>> theirs\n  password: hunter\n'
    write(folder, 'a.yaml', text)
    ann.commit(folder)
    expect(withoutTokens(blob(ann, folder, 'HEAD:a.yaml'))).toBe(text.replace('hunter', '…'))
    checkedOut(ann, folder, 'a.yaml')
    expect(read(folder, 'a.yaml').toString()).toBe(text)
    expectSealed(ann, folder)
  })

  it('is not left in a list of elements whose name a stranger gave in plain', () => {
    const list = 'users:\n  - name: hunter-a\n    password: hunter-b\n'
    const { ann, folder } = holding({ 'a.yaml': list }, ['*.yaml'])
    const held = blob(ann, folder, 'HEAD:a.yaml').toString()
    commitBlob(ann, folder, 'a.yaml', Buffer.from(`${held}  - name: eve\n    host: x\n`))
    checkedOut(ann, folder, 'a.yaml')
    ann.git(folder, 'add', '--renormalize', 'a.yaml')
    ann.git(folder, 'commit', '-q', '-m', 'sealed')
    checkedOut(ann, folder, 'a.yaml')
    expect(read(folder, 'a.yaml').toString()).toBe(`${list}  - name: eve\n    host: x\n`)
    expectSealed(ann, folder)
  })
})

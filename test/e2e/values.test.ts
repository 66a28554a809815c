import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { changes, commitBlob, forgetStat } from './support/history.ts'
import { expectRefused, expectSealed, tokensIn, valueRepository, withoutTokens } from './support/values.ts'
import { blob, newWorld, read, recipientOf, write, type Person } from './support/world.ts'

const RULE = [
  '*.yaml',
  '*.json',
  '.env',
  '--keys',
  '**.password',
  '--keys',
  '**.cert',
  '--except',
  'plain.**',
]

/** What is to be sealed stands between ‹ and ›. */
const plainOf = (marked: string): string => marked.replaceAll(/[‹›]/g, '')
const sealedOf = (marked: string): string => marked.replaceAll(/‹[^›]*›/g, '…')

const YAML = `# service
db: &db   # main
  host: 'h'   # stays
  password:   ‹"hunter 2"› # rotate in May
  "password" : ‹hunter3›
  port: 5432

cert: ‹|2-
    hunter line
      deeper

    last›
next: { password: ‹'hunt''er4'›, list: [1, ‹{password}›]}
folded:
    password: >+ # note
      hunter

plain: { password: stays }
alias: *db
tagged: { password: !!str &p ‹hunter5› , again: *p }
empty: { password: }
---
password: ‹|
  hunter
  in the second document›
`
  .replace('‹{password}›', '{password: ‹hunter 6›}')
  .replace('>+ # note\n      hunter\n', '‹>+ # note\n      hunter\n›')

const JSON_TEXT = `// hunting
{
\t"db": {"host": "h", "password": ‹"hunter \\"2\\" \\u00e9"›, "port": 5432}, /* between */
\t"list": [{"name": "a", "password": ‹"hunter3"›}, {"name": "b", "password": ‹-1.5e3›}],
\t"password": ‹null›,
\t"plain": {"password": "stays"}, "nested": {"cert": {"pem": "stays"}, "deep": {"cert": ‹"hunter"›}},
}
`

const DOTENV = `# settings
HOST=h # stays
export PASSWORD = ‹"hunter
over ""lines"› # note
CERT=‹'-----BEGIN
hunter # no comment
-----END'›
password=‹hunter 4 #5› # note
EMPTY=
`
  .replace('over ""lines', 'over \\"lines')
  .replace('‹hunter 4 #5›', '‹hunter#4 5›')

const crlf = (text: string): string => text.replaceAll('\n', '\r\n')
const unended = (text: string): string => text.replace(/\r?\n$/, '')

const shapes: readonly [string, (text: string) => string][] = [
  ['as it is', text => text],
  ['with CRLF', crlf],
  ['with a byte order mark', text => `\uFEFF${text}`],
  ['without an end to its last line', unended],
  ['with all of that', text => `\uFEFF${unended(crlf(text))}`],
]

describe.each([
  ['config.yaml', YAML],
  ['config.json', JSON_TEXT],
  ['.env', DOTENV],
])('%s', (file, marked) => {
  it('goes through git and back byte for byte, only the chosen values being tokens', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    for (const [name, shape] of shapes) {
      const text = shape(marked)
      write(folder, file, plainOf(text))
      ann.commit(folder, name)
      const held = withoutTokens(blob(ann, folder, `HEAD:${file}`))
      expect(held.replaceAll('"…"', '…')).toBe(sealedOf(text))
      rmSync(path.join(folder, file))
      ann.git(folder, 'checkout', '--', file)
      expect(read(folder, file).equals(Buffer.from(plainOf(text)))).toBe(true)
      forgetStat(ann, folder)
      expect(changes(ann, folder)).toBe('')
    }
    expectSealed(ann, folder)
  })
})

const CONFIG = `db:
  host: h # plain
  password: hunter-one
users:
  - name: bob
    password: hunter-two
  - name: eve
    password: hunter-two
password: hunter-two
`

describe('tokens', () => {
  it('stay when another value changes: the diff shows one line', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    write(folder, 'config.yaml', CONFIG)
    ann.commit(folder)
    const before = tokensIn(blob(ann, folder, 'HEAD:config.yaml'))
    write(folder, 'config.yaml', CONFIG.replace('hunter-one', 'hunter-1'))
    ann.commit(folder)
    const after = tokensIn(blob(ann, folder, 'HEAD:config.yaml'))
    expect(after.map((token, i) => token === before[i])).toEqual([false, true, true, true])
    expect(ann.git(folder, 'diff', '--no-textconv', '--numstat', 'HEAD~').stdout).toBe('1\t1\tconfig.yaml\n')
    expectSealed(ann, folder)
  })

  it('are the same for one value at one pointer, whoever sets it in whichever file, and differ elsewhere', () => {
    const world = newWorld()
    const [ann, bob] = [world.person('ann'), world.person('bob')]
    const folder = valueRepository(ann, RULE)
    ann.gitward(folder, 'member', 'add', 'bob', recipientOf(bob))
    ann.commit(folder, 'bob joins')
    const clone = bob.clone(folder, 'clone')
    bob.gitward(clone, 'unlock')
    write(folder, 'config.yaml', CONFIG)
    write(folder, 'sub/copy.yaml', CONFIG)
    write(clone, 'config.yaml', CONFIG)
    ann.commit(folder)
    bob.commit(clone)
    const tokens = tokensIn(blob(ann, folder, 'HEAD:config.yaml'))
    expect(tokensIn(blob(ann, folder, 'HEAD:sub/copy.yaml'))).toEqual(tokens)
    expect(tokensIn(blob(bob, clone, 'HEAD:config.yaml'))).toEqual(tokens)
    expect(new Set(tokens).size).toBe(4)
    expectSealed(ann, folder)
    expectSealed(bob, clone)
  })

  it('follow their file when it is renamed', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    write(folder, 'config.yaml', CONFIG)
    ann.commit(folder)
    ann.git(folder, 'mv', 'config.yaml', 'moved.yaml')
    expect(changes(ann, folder)).toBe('R  config.yaml -> moved.yaml\n')
    ann.commit(folder)
    expect(ann.git(folder, 'show', '--format=', '--name-status', '-M').stdout).toBe(
      'R100\tconfig.yaml\tmoved.yaml\n',
    )
    rmSync(path.join(folder, 'moved.yaml'))
    ann.git(folder, 'checkout', '--', '.')
    expect(read(folder, 'moved.yaml').toString()).toBe(CONFIG)
    expectSealed(ann, folder)
  })

  it('may be deleted with their key, and come anew with the name of their element', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    write(folder, 'config.yaml', CONFIG)
    ann.commit(folder)
    const before = tokensIn(blob(ann, folder, 'HEAD:config.yaml'))
    const text = CONFIG.replace('  password: hunter-one\n', '').replace('name: bob', 'name: ben')
    write(folder, 'config.yaml', text)
    ann.commit(folder)
    const after = tokensIn(blob(ann, folder, 'HEAD:config.yaml'))
    expect(after).toHaveLength(3)
    expect(after.map(token => before.includes(token))).toEqual([false, true, true])
    rmSync(path.join(folder, 'config.yaml'))
    ann.git(folder, 'checkout', '--', '.')
    expect(read(folder, 'config.yaml').toString()).toBe(text)
    expectSealed(ann, folder)
  })
})

/** ann's repository with CONFIG, and bob's clone of it; he is no member. */
function withStranger(): { ann: Person; folder: string; bob: Person; clone: string } {
  const world = newWorld()
  const [ann, bob] = [world.person('ann'), world.person('bob')]
  const folder = valueRepository(ann, RULE)
  write(folder, 'config.yaml', CONFIG)
  ann.commit(folder)
  recipientOf(bob)
  const clone = bob.clone(folder, 'clone')
  expect(bob.tryGitward(clone, 'unlock').status).toBe(3) // installs the filter all the same
  return { ann, folder, bob, clone }
}

describe('git diff', () => {
  it('shows plaintext where unlocked, tokens where locked', () => {
    const { ann, folder, bob, clone } = withStranger()
    write(folder, 'config.yaml', CONFIG.replace('hunter-one', 'hunter-1'))
    expect(ann.git(folder, 'diff').stdout).toContain('-  password: hunter-one\n+  password: hunter-1\n')
    ann.commit(folder)
    expect(ann.git(folder, 'log', '-p', '-1').stdout).toContain(
      '-  password: hunter-one\n+  password: hunter-1\n',
    )
    bob.git(clone, 'pull', '-q')
    const shown = bob.git(clone, 'log', '-p', '-1').stdout
    expect(withoutTokens(shown)).toContain('-  password: …\n+  password: …\n')
    expect(shown).not.toContain('hunter')
  })
})

describe('a locked clone', () => {
  it('keeps tokens, stands clean, and takes edits of plain values', () => {
    const { ann, folder, bob, clone } = withStranger()
    forgetStat(bob, clone)
    expect(changes(bob, clone)).toBe('')
    expect(read(clone, 'config.yaml')).toEqual(blob(ann, folder, 'HEAD:config.yaml'))
    write(clone, 'config.yaml', read(clone, 'config.yaml').toString().replace('host: h', 'host: other'))
    bob.git(clone, 'diff')
    bob.git(clone, 'stash')
    bob.git(clone, 'stash', 'pop')
    bob.commit(clone)
    ann.git(folder, 'pull', '-q', clone, 'main')
    expect(read(folder, 'config.yaml').toString()).toBe(CONFIG.replace('host: h', 'host: other'))
    expect(changes(ann, folder)).toBe('')
    expectSealed(bob, clone)
  })

  it.each([
    ['an edit of a protected value', /password: gitward\S+/, 'password: hunter-x', '/db/password'],
    ['a new protected value', /$/, 'more: { password: hunter-x }\n', '/more/password'],
  ])('refuses %s, and names its pointer alone', (_, from, to, pointer) => {
    const { bob, clone } = withStranger()
    write(clone, 'config.yaml', read(clone, 'config.yaml').toString().replace(from, to))
    expect(expectRefused(bob.tryGit(clone, 'add', 'config.yaml'))).toContain(
      `gitward: config.yaml: ${pointer}: cannot be encrypted or checked, because scope default is locked here\n  try: gitward unlock\n`,
    )
    bob.git(clone, 'checkout', '--', 'config.yaml')
    expect(changes(bob, clone)).toBe('')
    expectSealed(bob, clone)
  })

  it('renames a file without a key', () => {
    const { bob, clone } = withStranger()
    bob.git(clone, 'mv', 'config.yaml', 'moved.yaml')
    forgetStat(bob, clone)
    expect(changes(bob, clone)).toBe('R  config.yaml -> moved.yaml\n')
  })

  it('opens its values when its person becomes a member, and closes them again', () => {
    const { ann, folder, bob, clone } = withStranger()
    ann.gitward(folder, 'member', 'add', 'bob', recipientOf(bob))
    ann.commit(folder, 'bob joins')
    bob.git(clone, 'pull', '-q')
    expect(bob.gitward(clone, 'unlock').stderr).toContain('decrypted 1 file\n')
    expect(read(clone, 'config.yaml').toString()).toBe(CONFIG)
    expect(changes(bob, clone)).toBe('')
    bob.gitward(clone, 'lock')
    expect(read(clone, 'config.yaml')).toEqual(blob(bob, clone, 'HEAD:config.yaml'))
    expect(changes(bob, clone)).toBe('')
  })

  it('opens its values among local edits', () => {
    const { ann, folder, bob, clone } = withStranger()
    ann.gitward(folder, 'member', 'add', 'bob', recipientOf(bob))
    ann.commit(folder, 'bob joins')
    bob.git(clone, 'pull', '-q')
    write(clone, 'config.yaml', read(clone, 'config.yaml').toString().replace('host: h', 'host: other'))
    bob.gitward(clone, 'unlock')
    expect(read(clone, 'config.yaml').toString()).toBe(CONFIG.replace('host: h', 'host: other'))
    expect(changes(bob, clone)).toBe(' M config.yaml\n')
  })
})

const TWO_SCOPES = `db:
  password: hunter-dev
  token: hunter-prod
  host: h
`

describe('one file with two scopes', () => {
  const rules = [
    ['*.yaml', '--keys', '**.password'],
    ['*.yaml', '--keys', '**.token', '--scope', 'prod'],
  ]

  it('opens for each member what is theirs, and passes the tokens of the other scope', () => {
    const world = newWorld()
    const [ann, bob] = [world.person('ann'), world.person('bob')]
    const folder = ann.newRepository('repo')
    ann.gitward(folder, 'init')
    ann.gitward(folder, 'init', '--scope', 'prod')
    for (const rule of rules) ann.gitward(folder, 'protect', ...rule)
    ann.gitward(folder, 'member', 'add', 'bob', recipientOf(bob), '--scope', 'prod')
    write(folder, 'a.yaml', TWO_SCOPES)
    ann.commit(folder)
    const clone = bob.clone(folder, 'clone')
    expect(bob.gitward(clone, 'unlock').stderr).toContain('decrypted 1 file\n')
    const [dev] = tokensIn(blob(bob, clone, 'HEAD:a.yaml'))
    expect(read(clone, 'a.yaml').toString()).toBe(TWO_SCOPES.replace('hunter-dev', dev!))
    forgetStat(bob, clone)
    expect(changes(bob, clone)).toBe('')

    write(clone, 'a.yaml', TWO_SCOPES.replace('hunter-dev', dev!).replace('hunter-prod', 'hunter-new'))
    bob.commit(clone)
    ann.git(folder, 'pull', '-q', clone, 'main')
    expect(read(folder, 'a.yaml').toString()).toBe(TWO_SCOPES.replace('hunter-prod', 'hunter-new'))

    write(clone, 'a.yaml', TWO_SCOPES.replace('hunter-prod', 'hunter-new'))
    expect(expectRefused(bob.tryGit(clone, 'add', 'a.yaml'))).toContain(
      'gitward: a.yaml: /db/password: cannot be encrypted or checked, because scope default is locked here\n',
    )
    expectSealed(ann, folder)
    expectSealed(bob, clone)
  })

  it('opens the rest when its person joins the other scope', () => {
    const world = newWorld()
    const [ann, bob] = [world.person('ann'), world.person('bob')]
    const folder = ann.newRepository('repo')
    ann.gitward(folder, 'init')
    ann.gitward(folder, 'init', '--scope', 'prod')
    for (const rule of rules) ann.gitward(folder, 'protect', ...rule)
    ann.gitward(folder, 'member', 'add', 'bob', recipientOf(bob))
    write(folder, 'a.yaml', TWO_SCOPES)
    ann.commit(folder)
    const clone = bob.clone(folder, 'clone')
    bob.gitward(clone, 'unlock')
    ann.gitward(folder, 'member', 'add', 'bob', recipientOf(bob), '--scope', 'prod')
    ann.commit(folder)
    bob.git(clone, 'pull', '-q')
    expect(bob.gitward(clone, 'unlock').stderr).toContain('decrypted 1 file\n')
    expect(read(clone, 'a.yaml').toString()).toBe(TWO_SCOPES)
    expect(changes(bob, clone)).toBe('')
  })
})

/** Runs git and returns the names of our bundle's files that the filter loaded, and how often it was started. */
function loadedBy(person: Person, folder: string, ...args: string[]): { files: string[]; starts: number } {
  const coverage = path.join(person.home, 'coverage')
  rmSync(coverage, { recursive: true, force: true })
  person.run(folder, 'git', args, { env: { NODE_V8_COVERAGE: coverage } })
  const processes = readdirSync(coverage).map(file => {
    const { result } = JSON.parse(readFileSync(path.join(coverage, file), 'utf8')) as {
      result: { url: string }[]
    }
    return result.map(({ url }) => url).filter(url => url.includes('/dist/'))
  })
  const files = new Set(processes.flat().map(url => path.basename(url)))
  return { files: [...files].sort(), starts: processes.filter(urls => urls.length > 0).length }
}

describe('the filter process', () => {
  it('is one for 1000 files of values', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    for (let i = 0; i < 1000; i++) write(folder, `c/${i}.yaml`, CONFIG)
    expect(loadedBy(ann, folder, 'add', '-A').starts).toBe(1)
    ann.git(folder, 'commit', '-q', '-m', 'many')
    rmSync(path.join(folder, 'c'), { recursive: true })
    expect(loadedBy(ann, folder, 'checkout', '-q', '--', '.').starts).toBe(1)
    expect(read(folder, 'c/999.yaml').toString()).toBe(CONFIG)
    expect(changes(ann, folder)).toBe('')
    expectSealed(ann, folder)
  })

  const isParser = (file: string) => /yaml|json|dotenv|dist|parse/.test(file)

  it('loads the parser that a file needs', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    const parsers = (file: string, content: string): string[] => {
      write(folder, file, content)
      return loadedBy(ann, folder, 'hash-object', '-w', file).files.filter(isParser)
    }
    expect(parsers('a.json', '{"password": "hunter"}')).toEqual(['filter-json.cjs'])
    expect(parsers('.env', 'PASSWORD=hunter')).toEqual(['filter-dotenv.cjs'])
    expect(parsers('a.yaml', CONFIG)).toEqual(['filter-dist.cjs', 'filter-yaml.cjs'])
    expectSealed(ann, folder)
  })

  it('loads no parser for whole files', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, ['--whole', '*.yaml'])
    write(folder, 'a.yaml', CONFIG)
    expect(loadedBy(ann, folder, 'add', '-A')).toMatchObject({ starts: 1 })
    ann.git(folder, 'commit', '-q', '-m', 'whole')
    rmSync(path.join(folder, 'a.yaml'))
    const { files } = loadedBy(ann, folder, 'checkout', '--', '.')
    expect(files).toContain('filter.cjs')
    expect(files.filter(isParser)).toEqual([])
    write(folder, 'a.yaml', `${CONFIG}more: 1\n`)
    expect(loadedBy(ann, folder, 'add', '-A').files.filter(isParser)).toEqual([])
    expectSealed(ann, folder)
  })
})

describe('a policy that begins to seal what names an element', () => {
  it('still opens what was sealed before, and seals it anew', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    write(folder, 'config.yaml', CONFIG)
    ann.commit(folder)
    const policy = read(folder, '.gitward/config.yaml').toString()
    commitBlob(ann, folder, '.gitward/config.yaml', Buffer.from(policy.replace("'**.cert'", "'**.name'")))
    const clone = ann.clone(folder, 'clone')
    ann.gitward(clone, 'unlock')
    expect(read(clone, 'config.yaml').toString()).toBe(CONFIG)
    ann.git(clone, 'add', '--renormalize', '.')
    expect(withoutTokens(blob(ann, clone, ':config.yaml'))).toContain('- name: …\n    password: …\n')
    rmSync(path.join(clone, 'config.yaml'))
    ann.git(clone, 'checkout', '--', '.')
    expect(read(clone, 'config.yaml').toString()).toBe(CONFIG)
    expectSealed(ann, clone)
  })
})

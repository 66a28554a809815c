import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { check, gatedRepository, kinds, plant, reported, token } from './support/gate.ts'
import { tokensIn, withoutTokens } from './support/values.ts'
import { blob, leaks, newWorld, read, write, type Person } from './support/world.ts'

const policy = (folder: string): string => read(folder, '.gitward/config.yaml').toString()

/** A world whose git never saw the secret in plain. */
function unstaged(file: string, content: string): [Person, string] {
  const ann = newWorld().person('ann')
  const folder = gatedRepository(ann)
  write(folder, file, content)
  return [ann, folder]
}

describe('fix', () => {
  it.each([
    ['YAML', 'conf/a b.yml', `db:\n  # keep\n  - key: "${token()}" # rotate\n    host: x\n`, 3, 'db.*.key'],
    ['JSON', 'a.json', `{\n  "x.y": { "Token": "${token()}" },\n  "b": 1\n}\n`, 2, 'x\\.y.Token'],
    ['dotenv', '.env', `HOST=x\nAPI_TOKEN=${token()}\n`, 2, 'API_TOKEN'],
  ])('%s: protects the one value and stages it encrypted', (_, file, content, line, glob) => {
    const [ann, folder] = unstaged(file, content)
    const ran = ann.gitward(folder, 'fix', `${file}:${line}`)
    expect(ran.stderr).toContain(`of ${file}`)
    expect(ran.stderr).toMatch(/if it was ever pushed or shown: .*https:\/\//)
    expect(ran.stdout + ran.stderr).not.toContain(token().slice(4, 20))
    expect(policy(folder)).toContain(glob.replaceAll("'", "''"))
    expect(read(folder, file).toString()).toBe(content)
    const staged = blob(ann, folder, `:${file}`).toString()
    expect(tokensIn(staged)).toHaveLength(1)
    expect(withoutTokens(staged).length).toBeLessThan(content.length)
    ann.git(folder, 'add', '-A')
    expect(check(ann, folder)).toMatchObject({ status: 0, findings: [] })
    expect(leaks(ann, folder, [token()])).toEqual([])
  })

  it('and protect leave the policy to be added: a commit without it is told so', () => {
    const [ann, folder] = unstaged('a.yml', `key: ${token()}\n`)
    ann.gitward(folder, 'fix', 'a.yml:1')
    const [late] = check(ann, folder, '--staged').findings
    expect(late).toMatchObject({ kind: 'moved-out', path: 'a.yml', fix: 'git add .gitattributes .gitward' })
    ann.run(folder, 'sh', ['-c', late!.fix])
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [] })
  })

  it('tells what to type next in words that a shell runs as they are, whatever the file is called', () => {
    const file = "a'$(touch ran)'.yml"
    const [ann, folder] = unstaged(file, 'key: nothing\n')
    const refused = ann.tryGitward(folder, 'fix', `${file}:1`)
    const hint = /^ {2}try: (.*)$/m.exec(refused.stderr)![1]!
    expect(hint).toMatch(/^gitward scan /)
    expect(ann.run(folder, 'sh', ['-c', hint]).stdout).toContain('1 file scanned')
    expect(ann.run(folder, 'ls', []).stdout).not.toContain('ran\n')
  })

  it('works from a subfolder, by either spelling of the path, and again', () => {
    const [ann, folder] = unstaged('conf/a.yml', `key: "${token()}"\n`)
    ann.gitward(path.join(folder, 'conf'), 'fix', 'a.yml:1')
    ann.gitward(path.join(folder, 'conf'), 'fix', 'conf/a.yml:1')
    expect(policy(folder).match(/conf\/a\.yml/g)).toHaveLength(1)
    expect(tokensIn(blob(ann, folder, ':conf/a.yml'))).toHaveLength(1)
  })

  it('takes a committed secret out of the next commit, and says that history holds it', () => {
    const [ann, folder] = unstaged('a.yml', `key: "${token()}"\nnote: "see ${token()}" # ${token()}\n`)
    ann.commit(folder, 'oops')
    const ran = ann.gitward(folder, 'fix', 'a.yml:1')
    expect(ran.stderr).toContain('older commits still hold plaintext of a.yml')
    expect(ran.stderr).toContain('the same secret still stands in plain at a.yml:2')
    expect(blob(ann, folder, ':a.yml').toString()).toMatch(/^key: gitward:v1:/)
  })

  it('configures a clone that lacks the filter, so that git does encrypt', () => {
    const [ann, folder] = unstaged('README', 'more\n')
    ann.commit(folder)
    const clone = ann.clone(folder, 'clone')
    ann.gitward(clone, 'unlock')
    for (const key of ['process', 'clean', 'smudge', 'required'])
      ann.git(clone, 'config', '--unset', `filter.gitward.${key}`)
    write(clone, 'a.yml', `key: "${token()}"\n`)
    ann.gitward(clone, 'fix', 'a.yml:1')
    expect(leaks(ann, clone, [token()])).toEqual([])
  })

  it('refuses what it cannot do, changes nothing, and says what to type', () => {
    const [ann, folder] = unstaged('notes.txt', `x\ntoken = "${token()}"\n`)
    write(folder, 'a.yml', `# ${token()}\nb: c\n`)
    write(folder, 'bad.yml', `a: [${token()}\n`)
    write(
      folder,
      'me.env',
      `ID=${read(ann.home, '.config/gitward/identity.txt').toString().trim().split('\n').at(-1)}\n`,
    )
    write(folder, '.gitignore', '.env\n')
    write(folder, '.env', `TOKEN=${token()}\n`)
    const before = policy(folder)
    const refusals: readonly [string, number, RegExp][] = [
      ['notes.txt:2', 2, /knows no values in a file of this name\n.*gitward protect --whole '\/notes.txt'/],
      ['notes.txt:1', 2, /no secret is found at notes.txt:1\n.*gitward scan 'notes.txt'/],
      ['notes.txt', 2, /"notes.txt" is no FILE:LINE/],
      ['notes.txt:0', 2, /is no FILE:LINE/],
      ['.env:1', 2, /git ignores it.*\n.*gitward protect '\/.env' && git add -f '.env'/],
      ['missing.yml:1', 5, /missing.yml/],
      ['a.yml:1', 2, /stands in no value, but in a comment or a key\n.*protect --whole '\/a.yml'/],
      ['bad.yml:1', 2, /bad.yml: its values cannot be told apart: 2:1: .*\n.*--whole '\/bad.yml'/],
      ['me.env:1', 2, /a private key belongs in no repository\n.*git rm --cached 'me.env'/],
    ]
    for (const [place, status, message] of refusals) {
      const ran = ann.tryGitward(folder, 'fix', place)
      expect([place, ran.status]).toEqual([place, status])
      expect(ran.stderr).toMatch(message)
      expect(ran.stderr).not.toContain(token().slice(4, 20))
    }
    expect(policy(folder)).toBe(before)
    expect(ann.git(folder, 'diff', '--cached', '--name-only').stdout).toBe('')
  })

  it('never proposes a rule for the whole of a file whose values are protected', () => {
    const [ann, folder] = unstaged('a b.yml', `# ${token()}\nb: c\n`)
    ann.gitward(folder, 'protect', '*.yml')
    const refused = ann.tryGitward(folder, 'fix', 'a b.yml:1')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toMatch(/in a comment or a key\n.*move it into a value, then: git add 'a b.yml'\n/)
  })

  it('needs the key, and a policy', () => {
    const world = newWorld()
    const folder = gatedRepository(world.person('ann'))
    const bob = world.person('bob')
    const clone = bob.clone(folder, 'clone')
    write(clone, 'a.yml', `key: "${token()}"\n`)
    const locked = bob.tryGitward(clone, 'fix', 'a.yml:1')
    expect(locked.status).toBe(3)
    expect(locked.stderr).toContain('gitward unlock')
    expect(bob.git(clone, 'status', '--porcelain').stdout).toBe('?? a.yml\n')
    const bare = bob.newRepository('bare')
    write(bare, 'a.yml', `key: "${token()}"\n`)
    expect(bob.tryGitward(bare, 'fix', 'a.yml:1')).toMatchObject({ status: 2 })
  })
})

describe('the fix that a report names', () => {
  const sabotages: readonly [string, string, (person: Person, folder: string) => void][] = [
    [
      'a planted value',
      'plaintext app.yaml',
      (person, folder) => plant(person, folder, 'app.yaml', 'host: plain\npassword: planted\n'),
    ],
    [
      'magic in front of plaintext',
      'malformed secrets/new[1].txt',
      (person, folder) =>
        plant(person, folder, 'secrets/new[1].txt', Buffer.from('894757440d0a1a0a0101ff', 'hex')),
    ],
    [
      'a scope whose key nobody staged',
      'unknown-key prod/x',
      (person, folder) => {
        person.gitward(folder, 'init', '--scope', 'prod')
        person.gitward(folder, 'protect', '--whole', '--scope', 'prod', 'prod/**')
        write(folder, 'prod/x', 'of prod\n')
        person.git(folder, 'add', 'prod/x', '.gitattributes', '.gitward/config.yaml')
      },
    ],
    [
      'an envelope of another scope',
      'wrong-scope secrets/x',
      (person, folder) => {
        person.gitward(folder, 'init', '--scope', 'prod')
        person.git(folder, 'add', '.gitward')
        write(folder, 'loose', 'of prod')
        person.gitward(folder, 'encrypt', 'loose', '--scope', 'prod')
        plant(person, folder, 'secrets/x', read(folder, 'loose.gitward'))
      },
    ],
    [
      'an envelope that moved out',
      'moved-out public.bin',
      (person, folder) => plant(person, folder, 'public.bin', blob(person, folder, ':secrets/a b.txt')),
    ],
    [
      'a token that moved out',
      'moved-out moved.yml',
      (person, folder) => plant(person, folder, 'moved.yml', blob(person, folder, ':app.yaml')),
    ],
    [
      'a symbolic link',
      'symlink secrets/it’s',
      (person, folder) => plant(person, folder, 'secrets/it’s', '/etc/passwd', '120000'),
    ],
    [
      'attributes that are gone',
      'attributes app.yaml',
      (person, folder) => person.git(folder, 'rm', '-q', '--cached', '.gitattributes'),
    ],
    [
      'a textconv cache',
      'textconv-cache refs/notes/textconv',
      (person, folder) => {
        for (const name of ['gitward', 'other'])
          person.git(folder, 'notes', `--ref=textconv/${name}`, 'add', '-m', 'cached', 'HEAD')
      },
    ],
    [
      'a secret in a value',
      'secret conf/a.env',
      (person, folder) => {
        write(folder, 'conf/a.env', `TOKEN=${token()}\n`)
        person.git(folder, 'add', 'conf/a.env')
      },
    ],
    [
      'a secret in other text',
      "secret it's [a] note.txt",
      (person, folder) => {
        write(folder, "it's [a] note.txt", `token = "${token()}"\n`)
        person.git(folder, 'add', '--', ":(literal)it's [a] note.txt")
      },
    ],
  ]

  it.each(sabotages)('%s: the command, as printed, mends it', (_, expected, sabotage) => {
    const ann = newWorld().person('ann')
    const folder = gatedRepository(ann)
    sabotage(ann, folder)
    const found = check(ann, folder)
    expect(kinds(found)).toContain(expected)
    const { fix } = found.findings.find(({ kind, path: at }) => `${kind} ${at}` === expected)!
    ann.run(folder, 'sh', ['-c', fix])
    ann.git(folder, 'add', '.gitward', '.gitattributes')
    expect(kinds(check(ann, folder))).not.toContain(expected)
  })

  it('of scan is the same where the file lies in the repository', () => {
    const [ann, folder] = unstaged('a.yml', `key: "${token()}"\n`)
    const { fix } = reported(ann, folder, 'scan', 'a.yml').findings[0]!
    expect(fix).toBe("gitward fix 'a.yml:1'")
  })
})

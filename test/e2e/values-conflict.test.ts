import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import { expectSealed, valueRepository, withoutTokens } from './support/values.ts'
import { blob, newWorld, read, recipientOf, write, type Person } from './support/world.ts'

const RULE = ['*.yaml', '*.json', '.env', '--keys', '**.password']

interface Versions {
  readonly file: string
  readonly of: (password: string) => string
  /** How the conflict looks in the work tree: `ours`, then `theirs`. */
  readonly line: (password: string) => string
}

const formats: readonly Versions[] = [
  {
    file: 'a.yaml',
    of: password => `host: h\ndb:\n  password: ${password} # note\nend: 1\n`,
    line: password => `  password: ${password} # note\n`,
  },
  {
    file: 'a.json',
    of: password => `{\n  "host": "h",\n  "password": "${password}",\n  "end": 1\n}\n`,
    line: password => `  "password": "${password}",\n`,
  },
  {
    file: '.env',
    of: password => `HOST=h\nPASSWORD="${password}\nsecond line"\nEND=1\n`,
    line: password => `PASSWORD="${password}\nsecond line"\n`,
  },
]

/** A conflict that git itself found, as where a clone has our filter and not our merge driver. */
function conflict({ file, of }: Versions, ...config: string[]): { ann: Person; folder: string } {
  const ann = newWorld().person('ann')
  const folder = valueRepository(ann, RULE)
  ann.git(folder, 'config', '--remove-section', 'merge.gitward')
  const put = (password: string) => {
    write(folder, file, of(password))
    ann.commit(folder)
  }
  put('hunter-base')
  ann.git(folder, 'checkout', '-q', '-b', 'theirs')
  put('hunter-theirs')
  ann.git(folder, 'checkout', '-q', 'main')
  put('hunter-ours')
  expect(ann.tryGit(folder, ...config, 'merge', 'theirs').status).toBe(1)
  return { ann, folder }
}

const marked = ({ of, line }: Versions, base = ''): string =>
  of('hunter-ours').replace(
    line('hunter-ours'),
    `<<<<<<< HEAD\n${line('hunter-ours')}${base}=======\n${line('hunter-theirs')}>>>>>>> theirs\n`,
  )

describe.each(formats)('a conflict of git’s own in $file', versions => {
  const { file, of, line } = versions

  it('shows both sides open, stops no command of git, and is resolved as any other', () => {
    const { ann, folder } = conflict(versions)
    expect(read(folder, file).toString()).toBe(marked(versions))
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe(`UU ${file}\n`)
    expect(ann.git(folder, 'diff').stdout).toContain('hunter-ours')
    ann.git(folder, 'checkout', '--theirs', file)
    expect(read(folder, file).toString()).toBe(of('hunter-theirs'))
    ann.git(folder, 'checkout', '-m', file)
    expect(read(folder, file).toString().replace('<<<<<<< ours', '<<<<<<< HEAD')).toBe(marked(versions))
    write(folder, file, of('hunter-both'))
    ann.commit(folder, 'resolved')
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe('')
    expectSealed(ann, folder)
  })

  it('may be staged, stashed and committed as it is: every side stays sealed', () => {
    const { ann, folder } = conflict(versions)
    const text = marked(versions)
    ann.git(folder, 'add', file)
    const staged = blob(ann, folder, `:${file}`).toString()
    expect(staged.split('\n').filter(each => each.includes('gitward:v1:'))).toHaveLength(2)
    write(folder, file, text.replace('hunter-theirs', 'hunter-edited'))
    ann.git(folder, 'diff')
    ann.git(folder, 'stash')
    expect(read(folder, file).toString()).toBe(of('hunter-ours'))
    ann.git(folder, 'stash', 'pop')
    expect(read(folder, file).toString()).toBe(text.replace('hunter-theirs', 'hunter-edited'))
    ann.commit(folder, 'with markers')
    rmSync(path.join(folder, file))
    ann.git(folder, 'checkout', '--', file)
    expect(read(folder, file).toString()).toBe(text.replace('hunter-theirs', 'hunter-edited'))
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe('')
    expectSealed(ann, folder)
  })

  it('shows the base as well where git writes it', () => {
    const { ann, folder } = conflict(versions, '-c', 'merge.conflictStyle=diff3')
    const text = read(folder, file).toString()
    expect(text.replace(/^(\|{7}).*$/m, '$1')).toBe(marked(versions, `|||||||\n${line('hunter-base')}`))
    ann.git(folder, 'add', file)
    forgetStat(ann, folder)
    expect(changes(ann, folder)).toBe(`M  ${file}\n`)
    expectSealed(ann, folder)
  })
})

describe('a locked clone', () => {
  it('has the conflict in tokens, and resolves it by taking a side', () => {
    const [yaml] = formats
    const { ann, folder } = conflict(yaml!)
    ann.git(folder, 'merge', '--abort')
    const bob = newWorld().person('bob')
    recipientOf(bob)
    const clone = bob.clone(folder, 'clone')
    bob.tryGitward(clone, 'unlock')
    bob.git(clone, 'config', '--remove-section', 'merge.gitward')
    expect(bob.tryGit(clone, 'merge', 'origin/theirs').status).toBe(1)
    expect(withoutTokens(read(clone, 'a.yaml'))).toBe(
      yaml!
        .of('…')
        .replace(
          yaml!.line('…'),
          `<<<<<<< HEAD\n${yaml!.line('…')}=======\n${yaml!.line('…')}>>>>>>> origin/theirs\n`,
        ),
    )
    forgetStat(bob, clone)
    expect(changes(bob, clone)).toBe('UU a.yaml\n')
    bob.git(clone, 'diff')
    bob.git(clone, 'checkout', '--theirs', 'a.yaml')
    bob.commit(clone, 'theirs')
    ann.git(folder, 'pull', '-q', clone, 'main')
    expect(read(folder, 'a.yaml').toString()).toBe(yaml!.of('hunter-theirs'))
    expectSealed(bob, clone)
  })
})

describe('a conflict about the name of an element', () => {
  it('opens what both sides share, and seals it anew under the name that wins', () => {
    const ann = newWorld().person('ann')
    const folder = valueRepository(ann, RULE)
    ann.git(folder, 'config', '--remove-section', 'merge.gitward')
    const list = (name: string) => `users:\n  - password: hunter\n    name: ${name}\n`
    const put = (name: string) => {
      write(folder, 'a.yaml', list(name))
      ann.commit(folder, name)
    }
    put('base')
    ann.git(folder, 'checkout', '-q', '-b', 'theirs')
    put('theirs')
    ann.git(folder, 'checkout', '-q', 'main')
    put('ours')
    expect(ann.tryGit(folder, 'merge', 'theirs').status).toBe(1)
    const text = read(folder, 'a.yaml').toString()
    expect(text.match(/hunter/g)).toHaveLength(2) // the tokens differ with the names, and so do the lines
    ann.git(folder, 'add', 'a.yaml')
    write(folder, 'a.yaml', list('both'))
    ann.commit(folder, 'resolved')
    rmSync(path.join(folder, 'a.yaml'))
    ann.git(folder, 'checkout', '--', '.')
    expect(read(folder, 'a.yaml').toString()).toBe(list('both'))
    expectSealed(ann, folder)
  })
})

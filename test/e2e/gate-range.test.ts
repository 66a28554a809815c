import { describe, expect, it } from 'vitest'
import { commitBlob, stageBlob } from './support/history.ts'
import { blob, newWorld, protectedRepository, read, write, type Person } from './support/world.ts'

interface Reported {
  readonly status: number
  readonly stderr: string
  readonly findings: readonly { readonly kind: string; readonly path: string; readonly fix: string }[]
  readonly scanned: { readonly files: number }
}

function check(person: Person, folder: string, ...args: string[]): Reported {
  const ran = person.tryGitward(folder, 'check', '--json', ...args)
  const report = (ran.stdout === '' ? { findings: [] } : JSON.parse(ran.stdout)) as Reported
  return { ...report, status: ran.status, stderr: ran.stderr }
}

const kinds = ({ findings }: Reported): string[] => findings.map(({ kind, path }) => `${kind} ${path}`).sort()
const idOf = (person: Person, folder: string, revision: string): string =>
  person.git(folder, 'rev-parse', revision).stdout.trim()

function repository(secret?: string) {
  const ann = newWorld().person('ann')
  return { ann, folder: protectedRepository(ann, 'repo', secret) }
}

const PLAIN = Buffer.from('planted plaintext')

describe('check --range judges every commit', () => {
  it('from the root on, and a range without commits says so', () => {
    const { ann, folder } = repository()
    expect(check(ann, folder, '--range', 'HEAD')).toMatchObject({ status: 0, findings: [] })
    const none = check(ann, folder, '--range', 'HEAD..HEAD')
    expect(none).toMatchObject({ status: 0, findings: [] })
    expect(none.stderr).toContain('no new commits: nothing to check')
  })

  it('finds plaintext in a root commit', () => {
    const { ann, folder } = repository()
    stageBlob(ann, folder, 'secrets/b.txt', PLAIN)
    ann.git(folder, 'checkout', '-q', '--orphan', 'other')
    ann.git(folder, 'commit', '-q', '-m', 'a root of its own')
    expect(kinds(check(ann, folder, '--range', 'HEAD'))).toEqual(['plaintext secrets/b.txt'])
  })

  it('names the commit that brought plaintext in, though later ones changed or removed it', () => {
    const { ann, folder } = repository()
    commitBlob(ann, folder, 'secrets/b.txt', PLAIN)
    const guilty = idOf(ann, folder, 'HEAD')
    commitBlob(ann, folder, 'secrets/b.txt', Buffer.from('planted again'))
    ann.git(folder, 'rm', '-q', '--cached', 'secrets/b.txt')
    ann.git(folder, 'commit', '-q', '-m', 'gone')
    const found = check(ann, folder, '--range', 'HEAD~3..HEAD')
    expect(kinds(found)).toEqual(['plaintext secrets/b.txt'])
    expect(found.findings[0]!.fix).toContain(guilty.slice(0, 12))
  })

  it('sees through a rename, a copy and a mode change', () => {
    const { ann, folder } = repository()
    commitBlob(ann, folder, 'notes.txt', PLAIN)
    ann.git(folder, 'mv', '-k', 'notes.txt', 'secrets/notes.txt')
    const id = idOf(ann, folder, 'HEAD:notes.txt')
    ann.git(folder, 'update-index', '--force-remove', 'notes.txt')
    ann.git(folder, 'update-index', '--add', '--cacheinfo', `100755,${id},secrets/notes.txt`)
    ann.git(folder, 'commit', '-q', '-m', 'rename it into protection')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['plaintext secrets/notes.txt'])
  })

  it('takes an empty commit and another message for what they are', () => {
    const { ann, folder } = repository()
    const before = idOf(ann, folder, 'HEAD')
    ann.git(folder, 'commit', '-q', '--amend', '-m', 'another message')
    expect(check(ann, folder, '--range', `${before}..HEAD`)).toMatchObject({ status: 0, findings: [] })
    ann.git(folder, 'commit', '-q', '--allow-empty', '-m', 'empty')
    const empty = check(ann, folder, '--range', 'HEAD~1..HEAD')
    expect(empty).toMatchObject({ status: 0, findings: [] })
    expect(empty.stderr).toContain('nothing to scan')
  })

  it('passes over submodules', () => {
    const { ann, folder } = repository()
    ann.git(
      folder,
      'update-index',
      '--add',
      '--cacheinfo',
      `160000,${idOf(ann, folder, 'HEAD')},secrets/module`,
    )
    ann.git(folder, 'commit', '-q', '-m', 'submodule')
    expect(check(ann, folder, '--range', 'HEAD~1..HEAD')).toMatchObject({ status: 0, findings: [] })
  })

  it('compares an octopus merge with each of its parents', () => {
    const { ann, folder } = repository()
    for (const name of ['one', 'two', 'three']) {
      ann.git(folder, 'checkout', '-q', '-b', name, 'main')
      write(folder, name, `${name}\n`)
      ann.commit(folder, name)
    }
    const parents = ['one', 'two', 'three'].flatMap(name => ['-p', name])
    ann.git(folder, 'merge', '-q', 'one', 'two')
    stageBlob(ann, folder, 'secrets/b.txt', PLAIN)
    const tree = ann.git(folder, 'write-tree').stdout.trim()
    const octopus = ann.git(folder, 'commit-tree', tree, ...parents, '-m', 'evil').stdout.trim()
    const found = check(ann, folder, '--range', `main..${octopus}`)
    expect(kinds(found)).toEqual(['plaintext secrets/b.txt'])
    expect(found.findings[0]!.fix).toContain(octopus.slice(0, 12))
  })

  it('judges each commit by its own policy, and a merge by the policy that it makes', () => {
    const { ann, folder } = repository()
    ann.git(folder, 'checkout', '-q', '-b', 'side')
    write(folder, 'config/a.txt', 'plain by the policy of this branch\n')
    ann.commit(folder, 'side')
    expect(check(ann, folder, '--range', 'main..side')).toMatchObject({ status: 0, findings: [] })
    ann.git(folder, 'checkout', '-q', 'main')
    ann.gitward(folder, 'protect', '--whole', 'config/**')
    ann.commit(folder, 'protect more')
    ann.git(folder, 'merge', '-q', '--no-commit', 'side')
    const id = idOf(ann, folder, 'side:config/a.txt')
    ann.git(folder, 'update-index', '--add', '--cacheinfo', `100644,${id},config/a.txt`)
    ann.git(folder, 'commit', '-q', '-m', 'merge side')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['plaintext config/a.txt'])
  })

  it('finds what a change of policy or attributes lays bare, in files that did not change', () => {
    const { ann, folder } = repository()
    ann.git(folder, 'rm', '-q', '--cached', '.gitattributes')
    ann.git(folder, 'commit', '-q', '-m', 'no attributes')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['attributes secrets/a.txt'])
    ann.git(folder, 'rm', '-q', '--cached', '-r', '.gitward/keys')
    ann.git(folder, 'commit', '-q', '-m', 'no keys')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toContain('unknown-key secrets/a.txt')
  })

  it('finds ciphertext that moved out of protection', () => {
    const { ann, folder } = repository()
    commitBlob(ann, folder, 'public.bin', blob(ann, folder, 'HEAD:secrets/a.txt'))
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['moved-out public.bin'])
  })

  it('finds plaintext planted by commit-tree at a path that is not UTF-8', () => {
    const { ann, folder } = repository()
    const id = ann.run(folder, 'git', ['hash-object', '-w', '--stdin'], { input: PLAIN }).stdout.trim()
    const input = Buffer.concat([Buffer.from(`100644 ${id}\tsecrets/`), Buffer.from([0xff, 0xe9, 0x0a, 0])])
    ann.run(folder, 'git', ['update-index', '-z', '--index-info'], { input })
    const tree = ann.git(folder, 'write-tree').stdout.trim()
    const planted = ann.git(folder, 'commit-tree', tree, '-p', 'HEAD', '-m', 'planted').stdout.trim()
    const found = check(ann, folder, '--range', `HEAD..${planted}`)
    expect(found.findings.map(({ kind }) => kind)).toEqual(['plaintext'])
    const staged = check(ann, folder, '--staged')
    expect(staged.findings.map(({ kind }) => kind)).toEqual(['plaintext'])
  })

  it('works in a bare repository, and is not deceived by refs/replace', () => {
    const { ann, folder } = repository()
    const proper = idOf(ann, folder, 'HEAD:secrets/a.txt')
    commitBlob(ann, folder, 'secrets/b.txt', PLAIN)
    ann.git(folder, 'update-ref', `refs/replace/${idOf(ann, folder, 'HEAD:secrets/b.txt')}`, proper)
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['plaintext secrets/b.txt'])
    const bare = `${folder}.git`
    ann.git(folder, 'clone', '-q', '--bare', folder, bare)
    expect(kinds(check(ann, bare, '--range', 'main~1..main'))).toEqual(['plaintext secrets/b.txt'])
  })

  it('is not deceived by info/grafts', () => {
    const { ann, folder } = repository()
    const before = idOf(ann, folder, 'HEAD')
    commitBlob(ann, folder, 'secrets/b.txt', PLAIN)
    ann.git(folder, 'update-index', '--force-remove', 'secrets/b.txt')
    ann.git(folder, 'commit', '-q', '-m', 'gone')
    write(folder, '.git/info/grafts', `${idOf(ann, folder, 'HEAD')} ${before}\n`)
    expect(kinds(check(ann, folder, '--range', `${before}..HEAD`))).toEqual(['plaintext secrets/b.txt'])
  })

  it('is not deceived by attributes that were named on the command line of git', () => {
    const { ann, folder } = repository()
    write(folder, '../attributes', read(folder, '.gitattributes'))
    ann.git(folder, 'rm', '-q', '--cached', '.gitattributes')
    const env = { GIT_CONFIG_PARAMETERS: `'core.attributesFile=${folder}/../attributes'` }
    const ran = ann.run(folder, 'gitward', ['check', '--staged'], { env, mayFail: true })
    expect(ran.stdout).toContain('[attributes]')
    expect(ran.status).toBe(1)
  })
})

describe('check --range refuses what it cannot judge', () => {
  it.each([
    ['an unknown end', 'nowhere..HEAD', 5, 'git does not know the range nowhere..HEAD'],
    ['a tree', 'HEAD^{tree}', 5, 'git does not know the range'],
    ['an option', '--all', 2, 'is no range of commits'],
    ['a path', 'HEAD -- README', 2, 'is no range of commits'],
    ['nothing', ' ', 2, 'is no range of commits'],
  ])('%s', (_, range, status, message) => {
    const { ann, folder } = repository()
    const ran = ann.tryGitward(folder, 'check', `--range=${range}`)
    expect(ran.status).toBe(status)
    expect(ran.stderr).toContain(message)
  })

  it('a clone that lacks the commits', () => {
    const { ann, folder } = repository()
    write(folder, 'README', 'second\n')
    ann.commit(folder)
    ann.git(folder, 'clone', '-q', '--depth=1', `file://${folder}`, `${folder}-shallow`)
    const ran = ann.tryGitward(`${folder}-shallow`, 'check', '--range', 'HEAD')
    expect(ran.status).toBe(5)
    expect(ran.stderr).toContain('this clone is shallow')
    expect(ran.stderr).toContain('git fetch --unshallow')
  })

  it('a folder of somebody else, in the words of git', () => {
    const { ann, folder } = repository()
    const env = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }
    for (const args of [['--staged'], ['--range', 'HEAD'], ['--all']]) {
      const ran = ann.run(folder, 'gitward', ['check', ...args], { env, mayFail: true })
      expect(ran.status).toBe(5)
      expect(ran.stderr).toContain('belongs to another user')
      expect(ran.stderr).toContain('git config --global --add safe.directory')
    }
  })
})

describe('a policy that protects less', () => {
  const unprotect = (ann: Person, folder: string, ...messages: string[]) => {
    ann.gitward(folder, 'unprotect', 'secrets/**')
    ann.gitward(folder, 'policy', 'accept')
    ann.git(folder, 'add', '-A')
    ann.git(folder, 'commit', '-q', ...messages.flatMap(message => ['-m', message]))
  }

  it('fails a range, and passes with a reason in the trailer', () => {
    const { ann, folder } = repository('soon to be public\n')
    unprotect(ann, folder, 'protect less')
    const found = check(ann, folder, '--range', 'HEAD~1..HEAD')
    expect(found.status).toBe(1)
    expect(kinds(found)).toContain('policy .gitward/config.yaml')
    expect(found.stderr).toContain('protects less than its parent: secrets/a.txt')
    expect(found.stderr).toContain('Gitward-Policy: <reason>')
    for (const [message, isEnough] of [
      ['protect less\n\nGitward-Policy:', false],
      ['protect less\n\nThis is no trailer. Gitward-Policy: because', false],
      ['protect less\n\nGitward-Policy: they are public now', true],
    ] as const) {
      ann.git(folder, 'commit', '-q', '--amend', '-m', message)
      expect(
        kinds(check(ann, folder, '--range', 'HEAD~1..HEAD')).includes('policy .gitward/config.yaml'),
      ).toBe(!isEnough)
    }
  })

  it('is a word and no failure before the commit', () => {
    const { ann, folder } = repository()
    ann.gitward(folder, 'protect', '--whole', 'unused/**')
    ann.commit(folder, 'protect more')
    ann.gitward(folder, 'unprotect', 'unused/**')
    ann.git(folder, 'add', '-A')
    const staged = check(ann, folder, '--staged')
    expect(staged).toMatchObject({ status: 0, findings: [] })
    expect(staged.stderr).toContain('the policy protects less than before: unused/**')
    expect(staged.stderr).toContain('Gitward-Policy: <reason>')
  })

  it('is a policy that is gone, too', () => {
    const { ann, folder } = repository()
    ann.git(folder, 'rm', '-q', '-r', '--cached', '.gitward', '.gitattributes')
    ann.git(folder, 'commit', '-q', '-m', 'no gitward')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['policy .gitward/config.yaml'])
  })

  it('is one that lets the scanner leave out more, too', () => {
    const { ann, folder } = repository()
    const config = read(folder, '.gitward/config.yaml').toString()
    write(folder, '.gitward/config.yaml', `${config}scan:\n  ignore: ['docs/**']\n`)
    ann.commit(folder, 'scan less')
    const found = check(ann, folder, '--range', 'HEAD~1..HEAD')
    expect(kinds(found)).toEqual(['policy .gitward/config.yaml'])
    expect(found.stderr).toContain('protects less than its parent: scan.ignore docs/**')
    ann.git(folder, 'commit', '-q', '--amend', '-m', 'scan less', '-m', 'Gitward-Policy: samples only')
    expect(check(ann, folder, '--range', 'HEAD~1..HEAD')).toMatchObject({ status: 0, findings: [] })
  })

  it('is no policy that says the same in other words, or protects more', () => {
    const { ann, folder } = repository()
    ann.gitward(folder, 'protect', '*.yaml', '--keys', '**.password')
    write(folder, 'app.yaml', 'host: plain\ndb_password: of-the-app\n')
    ann.commit(folder, 'values')
    const config = read(folder, '.gitward/config.yaml').toString()
    write(folder, '.gitward/config.yaml', config.replace('**.password', '**.*password'))
    ann.git(folder, 'add', '--renormalize', '.')
    ann.git(folder, 'commit', '-q', '-m', 'protect more')
    expect(check(ann, folder, '--range', 'HEAD~1..HEAD')).toMatchObject({ status: 0, findings: [] })
    write(folder, '.gitward/config.yaml', config)
    ann.git(folder, 'add', '.gitward')
    ann.git(folder, 'commit', '-q', '-m', 'protect less')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toContain('policy .gitward/config.yaml')
  })

  it('is covered in the merge that brings an accepted one in, and in no other', () => {
    const { ann, folder } = repository()
    ann.gitward(folder, 'protect', '--whole', 'unused/**')
    ann.commit(folder, 'protect unused')
    ann.git(folder, 'checkout', '-q', '-b', 'side')
    ann.gitward(folder, 'unprotect', 'unused/**')
    ann.git(folder, 'commit', '-qam', 'protect less', '-m', 'Gitward-Policy: nobody uses it')
    ann.git(folder, 'checkout', '-q', 'main')
    write(folder, 'README', 'main\n')
    ann.git(folder, 'add', 'README')
    ann.git(folder, 'commit', '-q', '-m', 'main')
    ann.git(folder, 'merge', '-q', '--no-ff', '-m', 'merge', 'side')
    expect(check(ann, folder, '--range', 'HEAD~1..HEAD')).toMatchObject({ status: 0, findings: [] })
    // a merge that gives up more than the branch has a reason for
    ann.git(folder, 'reset', '-q', '--hard', 'HEAD~1')
    ann.git(folder, 'merge', '-q', '--no-ff', '--no-commit', 'side')
    ann.git(folder, 'rm', '-q', '-r', '--cached', '.gitward', '.gitattributes')
    ann.git(folder, 'commit', '-q', '-m', 'merge')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['policy .gitward/config.yaml'])
  })

  it('is one that a merge takes over from an older parent, whichever comes first', () => {
    const { ann, folder } = repository()
    ann.git(folder, 'branch', 'old')
    ann.gitward(folder, 'protect', '--whole', 'unused/**')
    ann.commit(folder, 'protect more')
    const tree = idOf(ann, folder, 'old^{tree}')
    for (const parents of [
      ['old', 'main'],
      ['main', 'old'],
    ]) {
      const named = parents.flatMap(parent => ['-p', parent])
      const merge = ann.git(folder, 'commit-tree', tree, ...named, '-m', 'merge').stdout.trim()
      const found = check(ann, folder, '--range', `main..${merge}`)
      expect(kinds(found)).toEqual(['policy .gitward/config.yaml'])
      expect(found.stderr).toContain('protects less than its parent: unused/**')
    }
  })

  it('is one whose pattern was narrowed to the files that are there', () => {
    const { ann, folder } = repository()
    const config = read(folder, '.gitward/config.yaml').toString()
    write(folder, '.gitward/config.yaml', config.replace('secrets/**', 'secrets/a.txt'))
    ann.git(folder, 'commit', '-qam', 'narrow')
    const found = check(ann, folder, '--range', 'HEAD~1..HEAD')
    expect(kinds(found)).toContain('policy .gitward/config.yaml')
    expect(found.stderr).toContain('protects less than its parent: secrets/**')
  })

  it('is covered value by value in a merge', () => {
    const { ann, folder } = repository()
    const policyWith = (except: string) => {
      const policy = read(folder, '.gitward/config.yaml').toString()
      write(
        folder,
        '.gitward/config.yaml',
        policy.replace(/^( {4}keys: .*\n)(?: {4}except: .*\n)?/m, `$1${except}`),
      )
      ann.git(folder, 'add', '.gitward')
    }
    const branch = (name: string, except: string, reason: string) => {
      ann.git(folder, 'checkout', '-q', '-b', name, 'main')
      policyWith(except)
      ann.git(folder, 'commit', '-q', '-m', name, '-m', `Gitward-Policy: ${reason}`)
    }
    const merged = (except: string) => {
      policyWith(except)
      ann.git(folder, 'commit', '-q', '-m', 'merge')
      return kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))
    }
    ann.gitward(folder, 'protect', 'unused/*.yaml', '--keys', '**')
    ann.commit(folder, 'values')
    branch('host', "    except: ['host']\n", 'it is public')
    branch('port', "    except: ['port']\n", 'it is public, too')
    ann.git(folder, 'checkout', '-q', '-B', 'both', 'host')
    ann.git(folder, 'merge', '-q', '--no-commit', '-s', 'ours', 'port')
    expect(merged("    except: ['host', 'port']\n")).toEqual([])
    ann.git(folder, 'reset', '-q', '--hard', 'host')
    ann.git(folder, 'merge', '-q', '--no-commit', '-s', 'ours', 'port')
    expect(merged("    except: ['host', 'port', 'password']\n")).toEqual(['policy .gitward/config.yaml'])
  })
})

/** So many files, in so many MiB of heap. */
const [MANY, HEAP] = process.env['GITWARD_LARGE'] === undefined ? [20_000, 128] : [100_000, 512]

it(`${MANY} changed files, protected ones among them, in the index and in one commit`, () => {
  const { ann, folder } = repository()
  const sealed = idOf(ann, folder, 'HEAD:secrets/a.txt')
  const plain = ann.run(folder, 'git', ['hash-object', '-w', '--stdin'], { input: PLAIN }).stdout.trim()
  const open = idOf(ann, folder, 'HEAD:README')
  const lines = Array.from({ length: MANY }, (_, i) => {
    const id = i === 17_777 ? plain : i % 2 === 0 ? open : sealed
    return `100644 ${id}\t${i % 2 === 0 ? 'src' : 'secrets'}/folder ${i % 100}/file ${i}.txt\0`
  })
  ann.run(folder, 'git', ['update-index', '-z', '--index-info'], { input: lines.join('') })
  const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP}` }
  const found = (...args: string[]) => {
    const ran = ann.run(folder, 'gitward', ['check', '--json', ...args], { env, mayFail: true })
    return kinds({ ...(JSON.parse(ran.stdout) as Reported), status: ran.status, stderr: ran.stderr })
  }
  const expected = ['plaintext secrets/folder 77/file 17777.txt']
  expect(found('--staged')).toEqual(expected)
  ann.git(folder, 'commit', '-q', '-m', 'many files')
  expect(found('--range', 'HEAD~1..HEAD')).toEqual(expected)
})

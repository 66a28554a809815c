import { describe, expect, it } from 'vitest'
import { dotenvEditor } from '../../../src/formats/dotenv-editor.ts'
import { addValue, removeItem, setValue } from '../../../src/formats/edit.ts'
import type { Editor } from '../../../src/formats/editor.ts'
import { jsonEditor } from '../../../src/formats/json-editor.ts'
import type { MapNode } from '../../../src/formats/tree.ts'
import { yamlEditor } from '../../../src/formats/yaml-editor.ts'
import { outcome } from '../formats/support.ts'
import { places } from './support.ts'

const placeOf = (editor: Editor, text: string, key: string) =>
  places(editor, text).find(({ parent, index }) => parent.kind === 'map' && parent.items[index]!.key === key)!

const set = (editor: Editor, text: string, key: string, value: string) =>
  setValue(editor, text, placeOf(editor, text, key), value)
const unset = (editor: Editor, text: string, key: string) =>
  removeItem(editor, text, placeOf(editor, text, key))
/** Adds to the map that holds `sibling`; to the root if it is null. */
const add = (editor: Editor, text: string, sibling: string | null, value = 'v') => {
  const root = editor.read(text)[0] ?? null
  const map = sibling === null ? root : placeOf(editor, text, sibling).parent
  return addValue(editor, text, map?.kind === 'map' ? map : null, 'new', value)
}

describe('set keeps the style of what stood there', () => {
  it.each([
    ['a: old # why\n', 'new', 'a: new # why\n'],
    ["a: 'old'\n", "it's", "a: 'it''s'\n"],
    ['a: "old"\n', 'x\ny', 'a: "x\\ny"\n'],
    ['a: old\n', 'yes', "a: 'yes'\n"],
    ['a: old\n', '8080', "a: '8080'\n"],
    ['a: 5432\n', '8080', 'a: 8080\n'],
    ['a: true\n', 'false', 'a: false\n'],
    ['a:\nb: 1\n', 'x', 'a: x\nb: 1\n'],
    ['a: # none yet\n', 'x', 'a: x # none yet\n'],
    ['m:\n  a: old\n  b: 1\n', 'x\ny\n', 'm:\n  a: |\n    x\n    y\n  b: 1\n'],
    ['a: |\n    old\nb: 1\n', 'x\n\ny', 'a: |-\n    x\n\n    y\nb: 1\n'],
    ['a: old # why\n', 'x\ny', 'a: "x\\ny" # why\n'],
    ['- a: old\r\n  b: 1\r\n', 'x\ny', '- a: |-\r\n    x\r\n    y\r\n  b: 1\r\n'],
    ['{ a: old, b: 1 }', 'h:1', "{ a: 'h:1', b: 1 }"],
    ['a: &x !t old\nb: *x\n', 'new', 'a: &x !t new\nb: *x\n'],
    ['a: old\n', 'gitward:v1:x', "a: 'gitward:v1:x'\n"],
  ])('yaml %j to %j', (text, value, expected) => {
    expect(set(yamlEditor, text, 'a', value)).toBe(expected)
  })

  it.each([
    ['{"a": "old"}', '5', '{"a": "5"}'],
    ['{"a": 4}', '5', '{"a": 5}'],
    ['{"a": 4}', 'x"\n', String.raw`{"a": "x\"\n"}`],
    ['{"a": "old"}', 'gitward:v1:x', String.raw`{"a": "\u0067itward:v1:x"}`],
  ])('json %j to %j', (text, value, expected) => {
    expect(set(jsonEditor, text, 'a', value)).toBe(expected)
  })

  it.each([
    ['a=old # why\n', 'new', 'a=new # why\n'],
    ['a=old\n', 'a b#c', "a='a b#c'\n"],
    ['a="old"\n', 'new', 'a="new"\n'],
    ["a='old'\n", 'new', "a='new'\n"],
    ['a=old\n', `it's $5`, 'a="it\'s \\$5"\n'],
    ['a=\n', 'x\ny', "a='x\ny'\n"],
    ['a=old\n', '', "a=''\n"],
    ['a=old\n', 'gitward:v1:x', "a='gitward:v1:x'\n"],
  ])('dotenv %j to %j', (text, value, expected) => {
    expect(set(dotenvEditor, text, 'a', value)).toBe(expected)
  })
})

describe('set adds a key beside its siblings', () => {
  it.each([
    ['', null, 'new: v\n'],
    ['# only\n', null, '# only\nnew: v\n'],
    ['a: 1\n', 'a', 'a: 1\nnew: v\n'],
    ['a: 1', 'a', 'a: 1\nnew: v'],
    ['m:\n    a: 1 # c\n# end\nz: 1\n', 'a', 'm:\n    a: 1 # c\n    new: v\n# end\nz: 1\n'],
    ['- a: 1\n- b: 2\n', 'a', '- a: 1\n  new: v\n- b: 2\n'],
    ['m:\n  a: |+\n    x\n\nz: 1\n', 'a', 'm:\n  a: |+\n    x\n\n  new: v\nz: 1\n'],
    ['m: {a: 1}\n', 'a', 'm: {a: 1, new: v}\n'],
    ['{}\n', null, '{new: v}\n'],
    ['\uFEFFa: 1\r\n', 'a', '\uFEFFa: 1\r\nnew: v\r\n'],
  ])('yaml %j beside %j', (text, sibling, expected) => {
    expect(add(yamlEditor, text, sibling)).toBe(expected)
  })

  it.each([
    ['', null, '{\n  "new": "v"\n}\n'],
    ['{}', null, '{"new": "v"}'],
    ['{\n}\n', null, '{\n  "new": "v"\n}\n'],
    ['{"a":1}', 'a', '{"a":1,"new":"v"}'],
    ['{ "a": 1 }', 'a', '{ "a": 1, "new": "v" }'],
    ['{\n\t"a": 1\n}\n', 'a', '{\n\t"a": 1,\n\t"new": "v"\n}\n'],
    ['{\n  "a": 1 // c\n}\n', 'a', '{\n  "a": 1, // c\n  "new": "v"\n}\n'],
    ['{\n  "a": 1, // c\n}\n', 'a', '{\n  "a": 1, // c\n  "new": "v",\n}\n'],
    ['{\r\n  "a": {}\r\n}', 'a', '{\r\n  "a": {},\r\n  "new": "v"\r\n}'],
  ])('json %j beside %j', (text, sibling, expected) => {
    expect(add(jsonEditor, text, sibling)).toBe(expected)
  })

  it.each([
    ['', null, 'new=v\n'],
    ['a=1', 'a', 'a=1\nnew=v\n'],
    ['export a=1\r\n', 'a', 'export a=1\r\nexport new=v\r\n'],
  ])('dotenv %j beside %j', (text, sibling, expected) => {
    expect(add(dotenvEditor, text, sibling)).toBe(expected)
  })
})

describe('unset takes the line, the comma and nothing else', () => {
  it.each([
    ['a: 1\nb: 2 # c\nz: 3\n', 'b', 'a: 1\nz: 3\n'],
    ['m:\n  b: |\n    x\n    y\n  z: 1\n', 'b', 'm:\n  z: 1\n'],
    ['- b: 1\n  z: 2\n', 'b', '- z: 2\n'],
    ['m:\n  b: 1\nz: 2\n', 'b', 'm: {}\nz: 2\n'],
    ['- b: 1\n', 'b', '- {}\n'],
    ['b: 1\n', 'b', ''],
    ['m: {a: 1, b: 2}\n', 'b', 'm: {a: 1}\n'],
    ['b:\n  x: 1\n  y: [1,\n   2]\nz: 1\n', 'b', 'z: 1\n'],
    ['a: 1\nb: 2', 'b', 'a: 1\n'],
  ])('yaml %j', (text, key, expected) => {
    expect(unset(yamlEditor, text, key)).toBe(expected)
  })

  it.each([
    ['{"b": 1}', 'b', '{}'],
    ['{"b": 1, "c": 2}', 'b', '{"c": 2}'],
    ['{"a": 1, "b": 2}', 'b', '{"a": 1}'],
    ['{\n  "a": 1,\n  "b": 2\n}\n', 'b', '{\n  "a": 1\n}\n'],
    ['{\n  "a": 1, // c\n  "b": 2 // d\n}\n', 'b', '{\n  "a": 1 // c\n}\n'],
    ['{\n  "a": 1,\n  "b": 2,\n}\n', 'b', '{\n  "a": 1,\n}\n'],
    ['{\n  "b": {\n    "x": 1\n  },\n  "c": 1\n}\n', 'b', '{\n  "c": 1\n}\n'],
    ['{"b": 1, /* c */ "c": 2}', 'b', '{/* c */ "c": 2}'],
  ])('json %j', (text, key, expected) => {
    expect(unset(jsonEditor, text, key)).toBe(expected)
  })

  it.each([
    ['a=1\nb="x\ny" # c\nz=3\n', 'b', 'a=1\nz=3\n'],
    ['export b=1', 'b', ''],
  ])('dotenv %j', (text, key, expected) => {
    expect(unset(dotenvEditor, text, key)).toBe(expected)
  })
})

describe('what cannot be done in place is refused', () => {
  it.each([
    ['an anchor that an alias needs', () => unset(yamlEditor, 'b: &x 1\nc: *x\n', 'b')],
    ['a member behind the end of a document', () => add(yamlEditor, '# c\n...\n', null)],
  ])('%s', (_, change) => {
    expect(outcome(change)).toBe(
      'REFUSED cannot be changed in place: the text around it would change meaning',
    )
  })

  it('a lone surrogate, which no file can hold', () => {
    expect(outcome(() => set(jsonEditor, '{"a": 1}', 'a', '\ud800'))).toBe(
      'USAGE the value is not valid Unicode text',
    )
  })

  it('a dotenv name that holds more than a name, which is not repeated', () => {
    const map = dotenvEditor.read('a=1\n')[0] as MapNode
    expect(outcome(() => addValue(dotenvEditor, 'a=1\n', map, 'B=hunter2', 'x'))).toBe(
      'USAGE a name in a dotenv file holds only letters, digits, _ . and -',
    )
  })
})

describe('parse', () => {
  it.each([
    [
      yamlEditor,
      'a: &x {p: 1.10, q: null}\nb:\n  <<: *x\n  r: "~"\n',
      { a: { p: 1.1, q: null }, b: { p: 1.1, q: null, r: '~' } },
    ],
    [
      jsonEditor,
      '{"a": [1, null, "x"], // c\n"__proto__": {"y": true},}',
      JSON.parse('{"a":[1,null,"x"],"__proto__":{"y":true}}'),
    ],
    [dotenvEditor, 'A=1\nA="2\\n"\nB=\n', { A: '2\n', B: '' }],
  ])('gives plain data (%#)', (editor, text, expected) => {
    expect(editor.parse(text)).toEqual(expected)
  })

  it.each([
    [
      yamlEditor,
      'a: &x {p: 1.10, q: null}\nb:\n  <<: *x\n  r: "~"\nc:\n',
      { a: { p: '1.10', q: '' }, b: { p: '1.10', q: '', r: '~' }, c: '' },
    ],
    [jsonEditor, '{"a": [1.10, null, "null", true]}', { a: ['1.10', '', 'null', 'true'] }],
  ])('gives every scalar as its text (%#)', (editor, text, expected) => {
    expect(editor.parse(text, { asText: true })).toEqual(expected)
  })

  it.each([
    ['a: 1\n---\nb: 2\n', 'MALFORMED 1:1: 2 documents stand here, not one'],
    ['a: hunter2\na: x\n', 'MALFORMED 2:1: not valid YAML (duplicate key)'],
    ['a: *hunter2\n', 'MALFORMED 1:1: an alias has no anchor, or too many aliases stand here'],
  ])('refuses %j', (text, expected) => {
    expect(outcome(() => yamlEditor.parse(text))).toBe(expected)
  })
})

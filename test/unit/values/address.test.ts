import { describe, expect, it } from 'vitest'
import { jsonEditor } from '../../../src/formats/json-editor.ts'
import { yamlEditor } from '../../../src/formats/yaml-editor.ts'
import { splitAddress, stepsOf } from '../../../src/flows/values/address.ts'
import { lookUp } from '../../../src/flows/values/look-up.ts'
import { outcome } from '../formats/support.ts'

describe('FILE:POINTER', () => {
  const files = new Set(['a.yaml', 'a:b.yaml', 'a', String.raw`C:\x\a.yaml`, 'C:/a.yaml'])
  it.each([
    ['a.yaml', 'a.yaml', null],
    ['a.yaml:k', 'a.yaml', 'k'],
    ['a.yaml:k:l', 'a.yaml', 'k:l'],
    ['a.yaml:/a/b', 'a.yaml', '/a/b'],
    ['a.yaml:', 'a.yaml', ''],
    ['a:b.yaml', 'a:b.yaml', null],
    ['a:b.yaml:k', 'a:b.yaml', 'k'],
    ['a:k', 'a', 'k'],
    [String.raw`C:\x\a.yaml`, String.raw`C:\x\a.yaml`, null],
    [String.raw`C:\x\a.yaml:k`, String.raw`C:\x\a.yaml`, 'k'],
    ['C:/a.yaml:k.l', 'C:/a.yaml', 'k.l'],
    [String.raw`D:\none.yaml:k`, String.raw`D:\none.yaml`, 'k'],
    ['none.yaml:k:l', 'none.yaml', 'k:l'],
    ['none.yaml', 'none.yaml', null],
  ])('%j is file %j, pointer %j', (argument, file, pointer) => {
    expect(splitAddress(argument, name => files.has(name))).toEqual({ file, pointer })
  })
})

describe('a pointer as people write it', () => {
  const key = (text: string) => ({ kind: 'key', text })
  const element = (name: string | null) => ({ kind: 'element', name })
  it.each([
    ['a.b', [key('a'), key('b')]],
    [String.raw`a\.b.c\\d\e`, [key('a.b'), key(String.raw`c\d\e`)]],
    ['/a.b/c~1d~0', [key('a.b'), key('c/d~')]],
    ['/l/-=one/-/~2x', [key('l'), element('one'), element(null), key('-x')]],
    ['/', [key('')]],
  ])('%j', (pointer, steps) => {
    expect(stepsOf(pointer)).toEqual(steps)
  })

  it('is one key in a flat file, dots and all', () => {
    expect(stepsOf('a.b-c', { isFlat: true })).toEqual([key('a.b-c')])
  })

  it.each([
    ['', 'USAGE "" is no pointer: a key between dots is empty'],
    ['.a', 'USAGE ".a" is no pointer: a key between dots is empty'],
    ['a..b', 'USAGE "a..b" is no pointer: a key between dots is empty'],
    ['/a~3', 'USAGE "/a~3" is no pointer: ~ stands only in ~0, ~1 and ~2'],
  ])('refuses %j', (pointer, expected) => {
    expect(outcome(() => stepsOf(pointer))).toBe(expected)
  })
})

describe('look-up', () => {
  const text = [
    'db: {host: h, password: hunter2}',
    'hosts:',
    '  - {name: one, pw: p1}',
    '  - {id: two, pw: p2}',
    '  - {name: "1", pw: p3}',
    '  - [x, y]',
    'a.b: dotted',
    'twice: s3cret',
    'twice: s3cret',
    'empty: []',
    '',
  ].join('\n')

  const found = (pointer: string, source = text, editor = yamlEditor): string =>
    outcomeOf(() => {
      const result = lookUp('f.yaml', editor.read(source), stepsOf(pointer))
      if (result.kind !== 'found') throw result.problem
      const { value } = result.place.parent.items[result.place.index]!
      return value?.kind === 'scalar' ? value.content : (value?.kind ?? 'nothing')
    })

  const outcomeOf = (work: () => string): string => {
    let content = ''
    const problem = outcome(() => (content = work()))
    return problem === 'carried' ? content : problem
  }

  it.each([
    ['db.password', 'hunter2'],
    ['/db/password', 'hunter2'],
    ['db', 'map'],
    ['hosts.one.pw', 'p1'],
    ['hosts.-=one.pw', 'p1'],
    ['/hosts/-=one/pw', 'p1'],
    ['hosts.two.pw', 'p2'],
    ['hosts.1.pw', 'p2'],
    ['/hosts/-=1/pw', 'p3'],
    ['hosts.3.1', 'y'],
    [String.raw`a\.b`, 'dotted'],
    ['/a.b', 'dotted'],
  ])('%j leads to %j', (pointer, content) => {
    expect(found(pointer)).toBe(content)
  })

  it.each([
    ['db.pasword', 'USAGE f.yaml: there is no pasword in db: did you mean password?'],
    ['dbx.password', 'USAGE f.yaml: there is no dbx: did you mean db?'],
    [
      'zzzzz',
      String.raw`USAGE f.yaml: there is no zzzzz: the keys there are db, hosts, a\.b, twice, twice, empty`,
    ],
    ['db.host.x', 'USAGE f.yaml: there is no x in db.host, which is a value of its own'],
    ['hosts.9.pw', 'USAGE f.yaml: there is no element 9 in hosts: the list has elements 0 to 3'],
    ['hosts.three', 'USAGE f.yaml: there is no element three in hosts: the list has elements 0 to 3'],
    ['empty.0', 'USAGE f.yaml: there is no element 0 in empty: the list is empty'],
    ['twice', 'USAGE f.yaml: twice stands in 2 places'],
    ['/hosts/-/pw', 'USAGE f.yaml: hosts.-.pw stands in 3 places'],
  ])('%j is explained without any value', (pointer, expected) => {
    expect(found(pointer)).toBe(expected)
    expect(expected).not.toMatch(/hunter2|s3cret|p1/)
  })

  it('looks through every document', () => {
    expect(found('b', 'a: 1\n---\nb: 2\n')).toBe('2')
    expect(found('a', 'a: 1\n---\na: 2\n')).toBe('USAGE f.yaml: a stands in 2 places')
  })

  it('says of an empty file what it is', () => {
    expect(found('a', '# nothing\n')).toBe('USAGE f.yaml: the file holds no values')
    expect(found('a', '{}', jsonEditor)).toBe('USAGE f.yaml: the file holds no values')
  })

  it('shows eight keys at most', () => {
    const many = Array.from({ length: 20 }, (_, i) => `key${i}: 1\n`).join('')
    expect(found('other', many)).toMatch(/the keys there are key0, (?:key\d, ){6}key7 and 12 more$/)
  })
})

import { describe, expect, it } from 'vitest'
import { jsonFormat } from '../../../src/formats/json.ts'
import { assertCarried, outcome, fakeToken, values } from './support.ts'

const spans: readonly (readonly [law: string, text: string, values: readonly string[]])[] = [
  [
    'every type of scalar is a value',
    '{"a":"x","b":-1.5e3,"c":true,"d":null,"e":""}',
    ['/a "x"', '/b -1.5e3', '/c true', '/d null', '/e ""'],
  ],
  ['a document may be one scalar', ' 1 ', [' 1']],
  ['comments and trailing commas stay', '// a\n{"a": /* b */ 1, // c\n"d": [2,],\n}\n//', ['/a 1', '/d/- 2']],
  ['text that looks like a comment may stand in a string', '{"//": "/* x */"}', ['/~1~1 "/* x */"']],
  ['keys are named by content', '{"\\u0061\\/b": 1}', ['/a~1b 1']],
  ['repeated keys share a pointer', '{"a":1,"a":2}', ['/a 1', '/a 2']],
  ['a value may hold a lone surrogate', '["\\ud800"]', ['/- "\\ud800"']],
  ['a byte order mark and CRLF are carried', '\uFEFF{\r\n"a": 1\r\n}\r\n', ['/a 1']],
  ['empty collections hold no value', '{"a": {}, "b": []}', []],
  ['nothing holds no value', '', []],
  ['comments hold no value', '// {"a": 1}\n', []],
]

describe('json', () => {
  it.each(spans)('%s', (_law, text, expected) => {
    expect(values(jsonFormat, text)).toEqual(expected)
    assertCarried(jsonFormat, text)
  })

  it('a token stands as a string', () => {
    const token = fakeToken(0)
    expect(assertCarried(jsonFormat, '{"a": 1}')).toBe(`{"a": "${token}"}`)
    expect(jsonFormat.unquote(`"${token}"`)).toBe(token)
    expect(jsonFormat.unquote(token)).toBeNull()
    expect(jsonFormat.unquote('"\\u0067itward:v1"')).toBeNull()
  })

  it.each([
    ['{"a": 1', '1:8: unexpected end of the document'],
    ['{"a"', '1:5: unexpected end of the document'],
    ['[', '1:2: unexpected end of the document'],
    ['[1 2]', '1:4: expected , or ]'],
    ['{"a": 1 "b": 2}', '1:9: expected , or }'],
    ['{"a" 1}', '1:6: expected :'],
    ["{'a': 1}", '1:2: expected a key in double quotes'],
    ['{a: 1}', '1:2: expected a key in double quotes'],
    ['[,]', '1:2: expected a value'],
    ['[hunter2]', '1:2: expected a value'],
    ['{"a": 01}', '1:8: expected , or }'],
    ['{}\n{}', '2:1: text after the end of the document'],
    ['["a\nb"]', '1:4: control character in a string'],
    ['["\\x"]', '1:3: unknown escape in a string'],
    ['["\\u12"]', '1:3: unknown escape in a string'],
    ['[\n  "hunter2]', '2:3: string without end'],
    ['["\\', '1:3: unknown escape in a string'],
    ['[1] /* x', '1:5: comment without end'],
    ['\0', '1:1: expected a value'],
    ['{"\\udfff": 1}', '1:2: a key or name holds a lone surrogate'],
    ['[{"id": "\\udfff"}]', '1:3: a key or name holds a lone surrogate'],
  ])('refuses %j with line and column', (text, message) => {
    expect(outcome(() => jsonFormat.locate(text))).toBe(`MALFORMED ${message}`)
  })

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ])('carries %s 128 times, and refuses it 100,000 times', (open, close) => {
    assertCarried(jsonFormat, `${open.repeat(128)}1${close.repeat(128)}`)
    const tooDeep = open.repeat(100_000)
    expect(outcome(() => jsonFormat.locate(tooDeep))).toMatch(
      /^MALFORMED 1:\d+: nested deeper than 256 levels$/,
    )
  })

  it('carries 50,000 values and a string of 1 MB', () => {
    const text = JSON.stringify([
      ...Array.from({ length: 50_000 }, (_, i) => ({ name: `${i}` })),
      '\\"'.repeat(250_000),
    ])
    expect(jsonFormat.locate(text)).toHaveLength(50_001)
  })
})

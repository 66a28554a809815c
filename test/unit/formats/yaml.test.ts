import { describe, expect, it } from 'vitest'
import { yamlFormat } from '../../../src/formats/yaml.ts'
import { assertCarried, outcome, fakeToken, values } from './support.ts'

const spans: readonly (readonly [law: string, text: string, values: readonly string[]])[] = [
  [
    'every type of scalar is a value',
    'a: x\nb: 1\nc: true\nd: null\ne: ~\nf: ""\n',
    ['/a x', '/b 1', '/c true', '/d null', '/e ~', '/f ""'],
  ],
  ['zero-length values have no span', 'a:\nb: &x\nc: !!str\nd: {e, f: }\n? g\n', []],
  ['an alias has no text of its own', 'a: &x 1\nb: *x\nc: [*x]\n', ['/a 1']],
  [
    'anchors and tags stay outside',
    'a: &x !t "v"\nb: !!binary &y |\n  aGk=\nc: 1\n',
    ['/a "v"', '/b |\n  aGk=', '/c 1'],
  ],
  ['comments stay outside', 'a: "v" # c\n# d\nb: w # e', ['/a "v"', '/b w']],
  ['a hash inside a value belongs to it', "a: x#y\nb: '#'\n", ['/a x#y', "/b '#'"]],
  ['a value may start on the line below its key', 'a:\n  v\nb:\n  "w"\n', ['/a v', '/b "w"']],
  [
    'a value over many lines is one value',
    'a: one\n  two\n\n  three\nb: "x\n  y"\n',
    ['/a one\n  two\n\n  three', '/b "x\n  y"'],
  ],
  [
    'a block scalar runs from header to before its last line break',
    'a: |\n  x\n  y\nb: >-\n  z\n',
    ['/a |\n  x\n  y', '/b >-\n  z'],
  ],
  ['a comment on its header belongs to a block scalar', 'a: | # why\n  x\n', ['/a | # why\n  x']],
  [
    'kept blank lines belong to a block scalar, all but the last line break',
    'a: |+\n  x\n\n\nb: 1\n',
    ['/a |+\n  x\n\n', '/b 1'],
  ],
  ['other blank lines below a block scalar stay', 'a: |\n  x\n\n\nb: 1\n', ['/a |\n  x', '/b 1']],
  ['a block scalar may have no body', 'a: |\nb: >', ['/a |', '/b >']],
  [
    'a block scalar with CRLF ends before both characters',
    'a: |\r\n  x\r\n  y\r\nb: 1\r\n',
    ['/a |\r\n  x\r\n  y', '/b 1'],
  ],
  ['a block scalar may end the file without a line break', 'a: |\n  x', ['/a |\n  x']],
  ['flow collections hold values', 'a: {b: [1, "2"], "c":"3"}\n', ['/a/b/- 1', '/a/b/- "2"', '/a/c "3"']],
  ['a pair inside a flow list is a map of its own', '[a: 1, {b: 2}]', ['/-/a 1', '/-/b 2']],
  ['a document may be one scalar', 'secret', [' secret']],
  ['a scalar may follow the document marker', '--- |\n x\n--- "y"\n--- z\n...\n', [' |\n x', ' "y"', ' z']],
  ['documents have no index', 'a: 1\n---\na: 2\n', ['/a 1', '/a 2']],
  [
    'directives and a byte order mark are carried',
    '\uFEFF%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: !b yes\n',
    ['/a yes'],
  ],
  ['repeated keys share a pointer', 'a: 1\na: 2\n"a": 3\n', ['/a 1', '/a 2', '/a 3']],
  [
    'merge keys are keys like any other',
    'a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n  <<: {e: 3}\n',
    ['/a/b 1', '/c/d 2', '/c/<</e 3'],
  ],
  ['scalars inside a key are no values', '? {a: 1}\n: b\n? [c, d]\n: e\n', ['/{a: 1} b', '/[c, d] e']],
  [
    'keys are named by content, whatever their style',
    '? "a b"\n: 1\n? |-\n  c\n: 2\n!!int 3: 4\n: 5\n',
    ['/a b 1', '/c 2', '/3 4', '/ 5'],
  ],
  ['an alias as a key is named by its source', '&x a: 1\n*x : 2\n', ['/a 1', '/*x 2']],
  ['tabs around a value stay', 'a:\t"v"\t# c\n', ['/a "v"']],
  ['NUL is a character', 'a: x\0y\n', ['/a x\0y']],
  [
    'a text that is only like a token is a value',
    `a: gitward:v1:x\nb: "${fakeToken(1)}"\n`,
    ['/a gitward:v1:x', `/b "${fakeToken(1)}"`],
  ],
  ['nothing holds no value', '', []],
  ['comments hold no value', '# a: b\n', []],
]

describe('yaml', () => {
  it.each(spans)('%s', (_law, text, expected) => {
    expect(values(yamlFormat, text)).toEqual(expected)
    assertCarried(yamlFormat, text)
  })

  it('a token stands bare, in block and in flow', () => {
    const [one, two, three] = [fakeToken(0), fakeToken(1), fakeToken(2)]
    expect(assertCarried(yamlFormat, 'a: "x" # c\nb: |+\n  y\n\nc: {"d":1}\n')).toBe(
      `a: ${one} # c\nb: ${two}\nc: {"d":${three}}\n`,
    )
    expect(yamlFormat.unquote(one)).toBe(one)
    expect(yamlFormat.unquote(`"${one}"`)).toBeNull()
    expect(yamlFormat.unquote('a b')).toBeNull()
  })

  it.each([
    ['a: [1', '1:6: not valid YAML (bad indent)'],
    ['a: "x', '1:6: not valid YAML (missing char)'],
    ['ok: 1\na: "\\q"', '2:5: not valid YAML (bad dq escape)'],
    ['a: b: c', '1:4: not valid YAML (block as implicit key)'],
    ['a: 1\n b: 2', '1:4: not valid YAML (block as implicit key)'],
    ['"\\ud800": 1', '1:1: a key or name holds a lone surrogate'],
    ['- {name: "\\ud800"}', '1:4: a key or name holds a lone surrogate'],
  ])('refuses %j with line and column', (text, message) => {
    expect(outcome(() => yamlFormat.locate(text))).toBe(`MALFORMED ${message}`)
  })

  it('refuses a bare carriage return that its parser takes for a blank', () => {
    expect(outcome(() => assertCarried(yamlFormat, 'key:\r value\n'))).toBe(
      'REFUSED /key cannot be replaced in place: the text around it would change meaning',
    )
  })

  it('never shows the text in an error', () => {
    const broken = [
      'hunter2: "\\qhunter2"',
      'a: hunter2: hunter2',
      '@hunter2',
      '- !hunter2! x',
      '*hunter2 [',
      '%hunter2\n---\n[',
    ]
    for (const text of [...broken, ...broken.map(each => `a: 1\n---\n${each}`)]) {
      expect(outcome(() => yamlFormat.locate(text))).not.toContain('hunter2')
    }
  })

  it.each([
    ['flow lists', (n: number) => '['.repeat(n) + ']'.repeat(n)],
    ['flow maps', (n: number) => '{a: '.repeat(n) + '}'.repeat(n)],
    ['block lists', (n: number) => `${'- '.repeat(n)}x\n- y\n`],
    ['block maps', (n: number) => Array.from({ length: n }, (_, i) => `${' '.repeat(i)}k:\n`).join('')],
  ])('refuses %s nested deeper than 256 levels, however deep', (_name, nested) => {
    expect(() => yamlFormat.locate(nested(256))).not.toThrow()
    for (const depth of [257, 1000, 3000]) {
      expect(outcome(() => yamlFormat.locate(nested(depth)))).toMatch(
        /^MALFORMED \d+:\d+: nested deeper than 256 levels$/,
      )
    }
  })

  it('refuses keys nested without end', () => {
    const text = `${'? '.repeat(100_000)}x\n? y\n`
    expect(outcome(() => yamlFormat.locate(text))).toBe('MALFORMED 1:1: nested deeper than 256 levels')
  })

  it('never expands an alias', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`)
    expect(values(yamlFormat, ['a0: &a0 x', ...lines].join('\n'))).toEqual(['/a0 x'])
  })

  it('carries 50,000 values', () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `key${i}: "value" # c\n`).join('')
    expect(yamlFormat.locate(text)).toHaveLength(50_000)
  })

  it.each([
    ['plain', `a: ${'x y\n  '.repeat(200_000)}z\n`],
    ['quoted', `a: "${'x\\n '.repeat(200_000)}"\n`],
    ['block', `a: |\n${'  x y\n'.repeat(200_000)}`],
  ])('carries a %s scalar of 1 MB', (_name, text) => {
    expect(yamlFormat.locate(text)).toHaveLength(1)
  })
})

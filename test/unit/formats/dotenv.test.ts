import { describe, expect, it } from 'vitest'
import { dotenvFormat } from '../../../src/formats/dotenv.ts'
import { assertCarried, outcome, fakeToken, values } from './support.ts'

const spans: readonly (readonly [law: string, text: string, values: readonly string[]])[] = [
  ['a value runs to the end of its line', 'A=x y\nB=$z="1"', ['/A x y', '/B $z="1"']],
  ['blanks around a value stay', ' A = x \t\nB=\ty', ['/A x', '/B y']],
  [
    'export may stand in front, and be a name',
    'export A=x\n export\tB=y\nexport=z\n',
    ['/A x', '/B y', '/export z'],
  ],
  ['white space and # end a value', 'A=x # c\nB=y\t#\nC="z" # d', ['/A x', '/B y', '/C "z"']],
  ['# alone belongs to a value', 'A=x#y\nB=#z\nC="#" # c', ['/A x#y', '/B #z', '/C "#"']],
  ['an empty value has no span', 'A=\nB= \nC= # c\nD=""', ['/D ""']],
  ['quoted values may span lines', 'A="x\n# y"\nB=\'\n\'\nC=`z\n`\n', ['/A "x\n# y"', "/B '\n'", '/C `z\n`']],
  [
    'a backslash escapes in double quotes alone',
    'A="\\"\\\\"\nB=\'\\\'\nC=`\\`',
    ['/A "\\"\\\\"', "/B '\\'", '/C `\\`'],
  ],
  ['comments and blank lines stay', '# A=x\n\n \t# y\n', []],
  ['names may repeat', 'A=x\nA=y', ['/A x', '/A y']],
  [
    'a byte order mark and every line break are carried',
    '\uFEFFA=x\r\nB="y\r\n"\rC=z\r\n',
    ['/A x', '/B "y\r\n"', '/C z'],
  ],
  ['a name may hold dots and dashes', 'a.b-c_1=x', ['/a.b-c_1 x']],
  ['NUL is a character', 'A=x\0', ['/A x\0']],
  ['nothing holds no value', '', []],
]

describe('dotenv', () => {
  it.each(spans)('%s', (_law, text, expected) => {
    expect(values(dotenvFormat, text)).toEqual(expected)
    assertCarried(dotenvFormat, text)
  })

  it('a token stands bare', () => {
    expect(assertCarried(dotenvFormat, 'A="x" # c\n')).toBe(`A=${fakeToken(0)} # c\n`)
    expect(dotenvFormat.unquote(fakeToken(0))).toBe(fakeToken(0))
    expect(dotenvFormat.unquote(`'${fakeToken(0)}'`)).toBeNull()
  })

  it.each([
    ['hunter2', '1:1: neither an assignment nor a comment'],
    ['A=x\n  export A', '2:3: neither an assignment nor a comment'],
    ['A B=hunter2', '1:1: neither an assignment nor a comment'],
    ['=hunter2', '1:1: neither an assignment nor a comment'],
    ['A: hunter2', '1:1: neither an assignment nor a comment'],
    ['A="x', '1:3: quote without end'],
    ['B=1\nA="hunter2\\"', '2:3: quote without end'],
    ["A='it's'", '1:7: text behind the closing quote'],
    ['A="x"#c', '1:6: text behind the closing quote'],
    ['A="x" y', '1:7: text behind the closing quote'],
  ])('refuses %j with line and column', (text, message) => {
    expect(outcome(() => dotenvFormat.locate(text))).toBe(`MALFORMED ${message}`)
  })

  it('carries 50,000 values and lines of 1 MB', () => {
    const blanks = ' '.repeat(1_000_000)
    const text = `${'A=x\n'.repeat(50_000)}B=x${blanks}y${blanks}# c\nC="${'\\"'.repeat(500_000)}"`
    expect(dotenvFormat.locate(text)).toHaveLength(50_002)
  })
})

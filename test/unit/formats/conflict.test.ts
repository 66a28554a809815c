import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conflictSides } from '../../../src/formats/conflict.ts'

const sides = (text: string): string[] | null => conflictSides(text)?.map(each => each.text) ?? null

const TWO_WAY = `top: 1
<<<<<<< HEAD
a: ours
=======
a: theirs
b: theirs
>>>>>>> branch 'x'
end: 1
`

const WITH_BASE = `<<<<<<< ours
a: ours
||||||| 1234abc
a: base
=======
a: theirs
>>>>>>> theirs
`

describe('the sides of a conflict', () => {
  it.each<[string, string, string[]]>([
    ['two sides', TWO_WAY, ['top: 1\na: ours\nend: 1\n', 'top: 1\na: theirs\nb: theirs\nend: 1\n']],
    ['two sides and their base', WITH_BASE, ['a: ours\n', 'a: base\n', 'a: theirs\n']],
    ['markers without labels', '<<<<<<<\nx\n=======\ny\n>>>>>>>\n', ['x\n', 'y\n']],
    ['CRLF line ends', '<<<<<<< o\r\nx\r\n=======\r\ny\r\n>>>>>>> t\r\n', ['x\r\n', 'y\r\n']],
    ['an end without line break', '<<<<<<< o\nx\n=======\ny\n>>>>>>> t', ['x\n', 'y\n']],
    ['empty sides', 'a\n<<<<<<< o\n=======\nb\n>>>>>>> t\n', ['a\n', 'a\nb\n']],
    [
      'several conflicts, one of them with a base',
      '<<<<<<< o\n1\n||||||| b\n0\n=======\n2\n>>>>>>> t\nm\n<<<<<<< o\n3\n=======\n4\n>>>>>>> t\n',
      ['1\nm\n3\n', '0\nm\n', '2\nm\n4\n'],
    ],
    [
      'longer lines of the same signs',
      '<<<<<<< o\n<<<<<<<<\n=======\n=======-\n>>>>>>> t\n',
      ['<<<<<<<<\n', '=======-\n'],
    ],
  ])('are rebuilt: %s', (_, text, expected) => {
    expect(sides(text)).toEqual(expected)
  })

  it.each<[string, string]>([
    ['no marker', 'a: 1\nb: 2\n'],
    ['nothing', ''],
    ['a marker that is not at the start of a line', 'a: <<<<<<< x\n=======\n>>>>>>> y\n'],
    ['a marker of six or eight signs', '<<<<<< a\n======\n>>>>>> b\n<<<<<<<< a\n'],
    ['a sign without a blank behind it', '<<<<<<<a\nb\n=======\nc\n>>>>>>>d\n'],
    ['no end', '<<<<<<< o\nx\n=======\ny\n'],
    ['no middle', '<<<<<<< o\nx\n>>>>>>> t\n'],
    ['two middles', '<<<<<<< o\nx\n=======\ny\n=======\nz\n>>>>>>> t\n'],
    ['a conflict in a conflict', '<<<<<<< o\n<<<<<<< o\nx\n=======\ny\n>>>>>>> t\n=======\nz\n>>>>>>> t\n'],
    ['a base behind the middle', '<<<<<<< o\nx\n=======\ny\n||||||| b\nz\n>>>>>>> t\n'],
    ['an end before the start', '>>>>>>> t\n<<<<<<< o\nx\n=======\ny\n>>>>>>> t\n'],
    ['a middle outside', '=======\n<<<<<<< o\nx\n=======\ny\n>>>>>>> t\n'],
  ])('are none: %s', (_, text) => {
    expect(sides(text)).toBeNull()
  })
})

describe('offsets of a side', () => {
  const [ours, theirs] = conflictSides(TWO_WAY)!

  const inWhole = (side: typeof ours, part: string): string | null => {
    const start = side!.text.indexOf(part)
    const at = side!.toWhole(start, start + part.length)
    return at && TWO_WAY.slice(at.start, at.end)
  }

  it.each(['top', 'a: ours', '1\n', 'end: 1\n'])('lead back to %j of ours', part => {
    expect(inWhole(ours, part)).toBe(part)
  })

  it('lead back to the side that the text came from', () => {
    expect(theirs!.toWhole(theirs!.text.indexOf('theirs'), theirs!.text.indexOf('theirs') + 6)).toEqual({
      start: TWO_WAY.indexOf('theirs'),
      end: TWO_WAY.indexOf('theirs') + 6,
    })
  })

  it.each(['1\na: ours', 'ours\nend', 'top: 1\na: ours\nend: 1\n'])('are torn by a marker: %j', part => {
    expect(inWhole(ours, part)).toBeNull()
  })

  it('lead back for any text between any markers', () => {
    const part = fc.array(fc.constantFrom('a', 'b: c', '', '# x', 'é𝄞'), { maxLength: 3 })
    const lines = part.map(each => each.map(line => `${line}\n`).join(''))
    const conflict = fc.tuple(lines, lines, lines, lines, fc.boolean())
    fc.assert(
      fc.property(lines, fc.array(conflict, { minLength: 1, maxLength: 3 }), (head, conflicts) => {
        const marked = conflicts.map(([a, base, b, after, hasBase]) => {
          return `<<<<<<< o\n${a}${hasBase ? `||||||| x\n${base}` : ''}=======\n${b}>>>>>>> t\n${after}`
        })
        const text = head + marked.join('')
        const found = conflictSides(text)!
        expect(found[0]!.text).toBe(head + conflicts.map(([a, , , after]) => a + after).join(''))
        expect(found.at(-1)!.text).toBe(head + conflicts.map(([, , b, after]) => b + after).join(''))
        for (const side of found) {
          for (let at = 0; at < side.text.length; at++) {
            const whole = side.toWhole(at, at + 1)!
            expect(text.slice(whole.start, whole.end)).toBe(side.text.slice(at, at + 1))
          }
        }
      }),
    )
  })
})

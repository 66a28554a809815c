import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gitPath, gitPathOf } from '../../../src/core/path.ts'
import { memberPointer } from '../../../src/formats/pointer.ts'
import { compileGlob, globMatches } from '../../../src/policy/globs.ts'
import { globOf, patternOf } from '../../../src/policy/literal.ts'
import { compilePattern, matches } from '../../../src/policy/patterns.ts'
import { pointerSegments } from '../../../src/policy/pointers.ts'

const hits = (pattern: string, path: ReturnType<typeof gitPathOf>): boolean =>
  matches(compilePattern(pattern), path)

const name = fc
  .string({
    unit: fc.constantFrom(...Array.from('ab.!#* ?[]{}\\"\'$~-'), 'é', '漢', '😀', '\n', '\u001b', '\u0085'),
    minLength: 1,
    maxLength: 6,
  })
  .filter(text => text !== '.' && text !== '..')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(names => names.join('/'))

describe('the pattern of one path', () => {
  it('matches it', () => {
    fc.assert(fc.property(path, each => hits(patternOf(gitPathOf(each)), gitPathOf(each))))
  })

  it('matches nothing else, where it can be spelled', () => {
    fc.assert(
      fc.property(path, path, (one, other) => {
        fc.pre(one !== other && !/[\n\u001b\u0085]/.test(one))
        expect(hits(patternOf(gitPathOf(one)), gitPathOf(other))).toBe(false)
        expect(hits(patternOf(gitPathOf(one)), gitPathOf(`deeper/${one}`))).toBe(false)
      }),
    )
  })

  it('matches one that is no UTF-8', () => {
    const odd = gitPath(Uint8Array.from([0x61, 0xff, 0x2f, 0xfe]))
    expect(patternOf(odd)).toBe('a?/?')
    expect(hits(patternOf(odd), odd)).toBe(true)
  })
})

describe('the glob of one value', () => {
  const keys = fc.array(fc.string({ unit: fc.constantFrom('a', 'B', '.', '*', '\\', '/', '~', '-', '😀') }), {
    maxLength: 4,
  })
  const pointerOf = (parts: readonly string[]) => parts.reduce(memberPointer, '')
  const selects = (glob: string, pointer: string) => globMatches(compileGlob(glob), pointerSegments(pointer))

  it('selects it, and no other map key but for case and empty keys', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const glob = globOf(pointerOf(one))
        expect(selects(glob, pointerOf(one))).toBe(true)
        fc.pre(one.length > 0 && !one.includes(''))
        const isSame = one.join('\0').toUpperCase() === other.join('\0').toUpperCase()
        expect(selects(glob, pointerOf(other))).toBe(isSame)
      }),
    )
  })

  it('stands for all elements of a list', () => {
    expect(globOf('/users/-=deploy/token')).toBe('users.*.token')
    expect(globOf('/users/-')).toBe('users.*')
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedPart, reachOf, type Machine } from '../../../src/scan/changed.ts'
import { rules } from '../../../src/scan/rules/table.ts'
import { scan } from '../../../src/scan/scanner.ts'

const machine: Machine = {
  equal: (a, b) => Buffer.compare(a, b) === 0,
  includes: (bytes, text) => Buffer.from(bytes).includes(text),
}
const reach = reachOf(rules)
const fingerprint = ({ id }: { id: string }, secret: Uint8Array) =>
  `${id} ${Buffer.from(secret).toString('hex')}`
const found = (bytes: Uint8Array): string[] =>
  scan(bytes, { rules, fingerprint }).flatMap(each => (each.allowed === null ? [each.fingerprint] : []))

const token = ['ghp', 'Xk3vQ9mZr7TnB2wLc8YdHs5JfGpA6uE1oKtR'].join('_')
const pem = rules.find(({ id }) => id === 'private-key-pem')!.positives()[0]!
const filler = (lines: number, word = 'nothing to see'): string =>
  Array.from({ length: lines }, (_, i) => `${word} in line ${i}\n`).join('')
const wrapped = (text: string): string =>
  Buffer.from(text)
    .toString('base64')
    .replaceAll(/.{76}/g, line => `${line}\n`)

/** Pieces of files: harmless text, secrets, halves of secrets, and what changes how a file is read. */
const piece = fc.constantFrom(
  filler(3),
  filler(400),
  `token = "${token}"\n`,
  token.slice(0, 20),
  token.slice(20),
  `${pem}\n`,
  pem.slice(0, 60),
  pem.slice(60),
  wrapped(filler(40) + token + filler(2000)),
  wrapped(filler(40) + token + filler(2000)).slice(0, 997),
  ' # gitward:allow github-token it is a sample',
  'password = ',
  '"correct-Horse7-battery-Staple9"\n',
  '\0',
  '\xff\xfe',
  '\n',
  'x'.repeat(9000),
)
const file = fc.array(piece, { maxLength: 8 })

/** The same file but for some neighbouring pieces. */
const edited = fc
  .tuple(file, file, file, file)
  .map(([head, old, now, tail]) =>
    [old, now].map(middle => Buffer.from([...head, ...middle, ...tail].join(''), 'latin1')),
  )

describe('changedPart', () => {
  it('holds whatever secret the file before did not hold', () => {
    fc.assert(
      fc.property(edited, ([before, after]) => {
        const part = changedPart(before!, after!, reach, machine)
        if (part === null || found(part).length > 0) return
        const known = new Set(found(before!))
        expect(found(after!).filter(each => !known.has(each))).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  it('is small where little changed', () => {
    const before = Buffer.from(filler(5000))
    const after = Buffer.from(filler(5000).replace('in line 2500', 'changed'))
    const part = changedPart(before, after, reach, machine)!
    expect(part.length).toBeLessThan(3 * reach.near)
    expect(Buffer.from(part).toString()).toMatch(/^nothing.*changed.*\n$/s)
  })

  it('reaches further where a key of many lines may stand', () => {
    const before = Buffer.from(`${filler(300)}-----BEGIN \n${filler(300)}`)
    const after = Buffer.concat([before.subarray(0, -1), Buffer.from('!\n')])
    expect(machine.includes(changedPart(before, after, reach, machine)!, '-----BEGIN')).toBe(true)
  })

  it('is everything where nothing is shared, and a part even where nothing changed', () => {
    const text = Buffer.from(filler(10))
    expect(changedPart(Buffer.alloc(0), text, reach, machine)).toEqual(text)
    expect(changedPart(text, text, reach, machine)).not.toBeNull()
  })

  it.each([
    ['binary files', Buffer.from('a\0b'), Buffer.from('a\0c')],
    ['files that become text', Buffer.from('a\0b'), Buffer.from('ab')],
    ['UTF-16 files', Buffer.from('\xff\xfea\0', 'latin1'), Buffer.from('\xff\xfeb\0', 'latin1')],
  ])('is null for %s', (_, before, after) => {
    expect(changedPart(before, after, reach, machine)).toBeNull()
  })
})

import { assert, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { isLfsPointer, lfsPointerBytes, lfsPointerTo, parseLfsPointer } from '../../../src/git/lfs-pointer.ts'

const OID = 'a2a1b5180d4245f1ca42b7cae859b217e8e8dfee00d763cc4418902227f87ecf'
const VERSION = 'version https://git-lfs.github.com/spec/v1\n'

describe('parseLfsPointer', () => {
  it('reads what git-lfs writes', () => {
    expect(parseLfsPointer(utf8(`${VERSION}oid sha256:${OID}\nsize 1221\n`))).toEqual({
      oid: OID,
      size: 1221,
    })
  })

  it('inverts lfsPointerBytes', () => {
    assert(
      property(uint8Array(), content => {
        const pointer = lfsPointerTo(content)
        expect(parseLfsPointer(lfsPointerBytes(pointer))).toEqual(pointer)
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['the version alone', VERSION],
    ['another version', `version https://git-lfs.github.com/spec/v2\noid sha256:${OID}\nsize 1\n`],
    ['an extension', `${VERSION}ext-0-x sha256:${OID}\noid sha256:${OID}\nsize 1\n`],
    ['capitals', `${VERSION}oid sha256:${OID.toUpperCase()}\nsize 1\n`],
    ['a short oid', `${VERSION}oid sha256:${OID.slice(1)}\nsize 1\n`],
    ['a leading zero', `${VERSION}oid sha256:${OID}\nsize 01\n`],
    ['a negative size', `${VERSION}oid sha256:${OID}\nsize -1\n`],
    ['a size beyond any file', `${VERSION}oid sha256:${OID}\nsize 1000000000000000\n`],
    ['no last line end', `${VERSION}oid sha256:${OID}\nsize 1`],
    ['carriage returns', `${VERSION}oid sha256:${OID}\nsize 1\n`.replaceAll('\n', '\r\n')],
    ['another line', `${VERSION}oid sha256:${OID}\nsize 1\nx y\n`],
    ['a byte order mark', `\ufeff${VERSION}oid sha256:${OID}\nsize 1\n`],
  ])('refuses %s', (_, text) => {
    expect(isLfsPointer(utf8(text))).toBe(false)
  })
})

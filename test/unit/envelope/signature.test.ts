import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, sameBytes, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { hasCode } from '../../../src/core/errors.ts'
import { isPrintable } from '../../../src/core/printable.ts'
import {
  formatSignature,
  formatSshsig,
  parseSignature,
  parseSshsig,
  signedMessage,
  type Signature,
} from '../../../src/envelope/signature.ts'
import { bytes, exactly, text as anyText } from '../../tools/arbitraries.ts'
import { goldenFile } from '../../tools/golden/read.ts'

const golden = goldenFile('signature.json').vectors.find(({ name }) => name === 'small')!.envelope
const words = anyText.filter(text => text !== '' && decodeUtf8(utf8(text)) === text && isPrintable(text))

const signatures: fc.Arbitrary<Signature> = fc.integer({ min: 1, max: 4 }).chain(leaves =>
  fc.record({
    context: words,
    name: words,
    round: fc.oneof(fc.constant(''), fc.nat().map(String)),
    salt: exactly(24),
    commitment: exactly(32),
    length: fc.integer({ min: (leaves - 1) * 2 ** 20 + 1, max: leaves * 2 ** 20 }),
    leaves: exactly(leaves * 32),
    sshsig: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
)

function parsed(text: Bytes): Signature | null {
  try {
    return parseSignature(text)
  } catch (error) {
    if (hasCode(error, 'MALFORMED')) return null
    throw error
  }
}

describe('a signature file', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(signatures, signature => {
        expect(parseSignature(utf8(formatSignature(signature)))).toEqual(signature)
      }),
    )
  })

  it('has one spelling: whatever is accepted is spelled the same', () => {
    fc.assert(
      fc.property(signatures, fc.nat(), fc.nat({ max: 255 }), (signature, at, byte) => {
        const text = utf8(formatSignature(signature))
        text[at % text.length] = byte
        const again = parsed(text)
        expect(again === null || sameBytes(utf8(formatSignature(again)), text)).toBe(true)
      }),
    )
  })

  it('with any byte changed is malformed, or says or is something else', () => {
    const original = parseSignature(utf8(golden))
    for (let at = 0; at < golden.length; at++) {
      const text = utf8(golden)
      text[at]! ^= 1
      const changed = parsed(text)
      if (!changed) continue
      const isSame =
        sameBytes(signedMessage(changed), signedMessage(original)) &&
        sameBytes(changed.sshsig, original.sshsig)
      expect([at, isSame]).toEqual([at, false])
    }
  })

  it('is malformed when it is cut anywhere, and for any other bytes', () => {
    for (let end = 0; end < golden.length; end++) expect(parsed(utf8(golden.slice(0, end)))).toBeNull()
    fc.assert(fc.property(bytes(200), text => parsed(text) === null))
  })
})

it('the message tells apart what its fields say', () => {
  fc.assert(
    fc.property(signatures, signatures, (a, b) => {
      const text = (signature: Signature) => JSON.stringify({ ...signature, sshsig: null })
      expect(sameBytes(signedMessage(a), signedMessage(b))).toBe(text(a) === text(b))
    }),
  )
})

describe('an armored SSHSIG', () => {
  it('is read with the line ends of any system', () => {
    const sshsig = Uint8Array.from({ length: 200 }, (_, i) => i)
    const armored = formatSshsig(sshsig)
    expect(parseSshsig(armored)).toEqual(sshsig)
    expect(parseSshsig(armored.replaceAll('\n', '\r\n'))).toEqual(sshsig)
  })

  it.each([
    '',
    '-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----',
    'words',
    formatSshsig(new Uint8Array(70_000)),
  ])('is nothing else (%#)', text => expect(() => parseSshsig(text)).toThrow('not a whole signature'))
})

import {
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { concat, sameBytes, utf8 } from '../../../src/core/bytes.ts'
import { readAgeHeader } from '../../../src/keys/age-header.ts'
import { unwrapDataKey, wrapDataKey, wrapDataKeyByPassphrase } from '../../../src/keys/data-key.ts'
import { counting } from '../../tools/keys.ts'

const KEY = counting(7, 32)
const person = async (kind: 'classic' | 'hybrid' = 'classic') => {
  const identity = await (kind === 'classic' ? generateX25519Identity() : generateHybridIdentity())
  return { identity, recipient: await identityToRecipient(identity) }
}
const to = (...people: readonly { recipient: string }[]) =>
  people.map(({ recipient }, i) => ({ name: `recipient ${i + 1}`, recipient }))

describe('a data key', () => {
  it.each(['classic', 'hybrid'] as const)(
    'opens for every %s recipient, and tells who they are',
    async kind => {
      const [ann, bob, eve] = await Promise.all([person(kind), person(kind), person(kind)])
      const age = await wrapDataKey(KEY, to(ann, bob))
      for (const { identity } of [ann, bob]) {
        const opened = (await unwrapDataKey(age, { identities: [eve.identity, identity] }))!
        expect(sameBytes(opened.key, KEY)).toBe(true)
        expect(opened.recipients).toEqual([ann.recipient, bob.recipient])
      }
      expect(await unwrapDataKey(age, { identities: [eve.identity] })).toBeNull()
    },
  )

  it('opens with its passphrase alone', async () => {
    const age = await wrapDataKeyByPassphrase(KEY, 'six words')
    expect(await unwrapDataKey(age, { passphrase: 'six words' })).toEqual({ key: KEY, recipients: [] })
    expect(await unwrapDataKey(age, { passphrase: 'six wordz' })).toBeNull()
    expect(readAgeHeader(age)).toEqual({ kinds: ['passphrase'], isPassphrase: true })
  })

  it('says by its header how many recipients of which kind there are', async () => {
    const [ann, bob, pat] = await Promise.all([person(), person(), person('hybrid')])
    expect(readAgeHeader(await wrapDataKey(KEY, to(ann, bob)))!.kinds).toEqual(['X25519', 'X25519'])
    expect(readAgeHeader(await wrapDataKey(KEY, to(pat)))!.kinds).toEqual(['post-quantum hybrid'])
    expect(readAgeHeader(utf8('age-encryption.org/v2\n--- x'))).toBeNull()
    expect(readAgeHeader(KEY)).toBeNull()
  })

  it('mixes no classes', async () => {
    const both = to(await person(), await person('hybrid'))
    await expect(wrapDataKey(KEY, both)).rejects.toMatchObject({
      code: 'CONFIG',
      message:
        'the file would mix post-quantum and classic recipients: recipient 2 has an age1pq1… key, recipient 1 an age1… key',
    })
  })

  it.each([
    ['31 bytes', KEY.subarray(1)],
    ['no line feed at the end', concat(KEY, utf8('age1xyz'))],
    ['an empty line', concat(KEY, utf8('\n'))],
    ['what is no recipient', concat(KEY, utf8('bob\n'))],
    ['no text', concat(KEY, Uint8Array.of(0xff, 0x0a))],
  ])('with %s is damaged', async (_, payload) => {
    const { identity, recipient } = await person()
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    const age = await encrypter.encrypt(payload)
    await expect(unwrapDataKey(age, { identities: [identity] })).rejects.toMatchObject({ code: 'MALFORMED' })
  })
})

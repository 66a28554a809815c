import { describe, expect, it } from 'vitest'
import { base62, bech32Checksum, crc32, hasCrc, hasJwtHeader, isBech32 } from '../../../src/scan/checksums.ts'
import { isCiphertext } from '../../../src/scan/ciphertext.ts'
import { shannon } from '../../../src/scan/entropy.ts'
import { isPlaceholder, isWeakWord } from '../../../src/scan/placeholder.ts'
import { alphabets, filler } from '../../../src/scan/rules/samples.ts'
import { looksRandom, mixesKinds } from '../../../src/scan/value.ts'

describe('entropy', () => {
  it.each([
    ['', 0],
    ['aaaa', 0],
    ['abab', 1],
    ['abcd', 2],
    ['0123456789abcdef', 4],
  ])('of %j is %d bits a character', (text, bits) => {
    expect(shannon(text)).toBeCloseTo(bits)
  })
})

describe('placeholders', () => {
  it.each([
    '${TOKEN}',
    '$TOKEN',
    '{{ token }}',
    '<your-token>',
    '%(token)s',
    '%TOKEN%',
    '#{token}',
    '@token@',
    '[token]',
    'xxxxxxxx',
    '********',
    '00000000000',
    `AKIA${filler(9, alphabets.base32)}EXAMPLE`,
    'changeme',
    'change_me_1',
    'REDACTED',
    'your-token-here',
    'my-placeholder',
    'insert-key',
    'abcdefghij',
    '1234567890',
  ])('%j is one', value => {
    expect(isPlaceholder(value)).toBe(true)
  })

  it('random text is none', () => {
    const texts = Array.from({ length: 200 }, (_, seed) => filler(40, alphabets.url, seed))
    expect(texts.filter(isPlaceholder)).toEqual([])
  })

  it.each([
    'password',
    'Password1!',
    'secret',
    'admin',
    'test123',
    'hunter2',
    'postgres',
    'letmein',
    'my_password',
  ])('%j is a weak word', value => {
    expect(isWeakWord(value)).toBe(true)
  })
})

describe('ciphertext of tools is recognised', () => {
  it.each([
    `gitward:v1:${filler(11)}:${filler(32)}:${filler(43)}:${filler(22)}`,
    `ENC[AES256_GCM,data:${filler(24)},iv:${filler(43)}=,tag:${filler(22)}==,type:str]`,
    `encrypted:${filler(120, alphabets.base64)}`,
    `$ANSIBLE_VAULT;1.1;AES256\n${filler(80, alphabets.digits)}`,
    `-----BEGIN AGE ENCRYPTED FILE-----\n${filler(64)}`,
    `-----BEGIN PGP MESSAGE-----\n\n${filler(64)}`,
    `vault:v1:${filler(40)}`,
  ])('%j', value => {
    expect(isCiphertext(value)).toBe(true)
  })

  it('a bare prefix is not enough for the tools that write more', () => {
    expect(['gitward:v1:short', 'encrypted:no', filler(40)].filter(isCiphertext)).toEqual([])
  })
})

describe('random values', () => {
  it.each(['base62', 'hex', 'lower', 'upper', 'base64', 'url'] as const)(
    'of %s are seen in most cases',
    name => {
      const values = Array.from({ length: 200 }, (_, seed) => filler(32, alphabets[name], seed + 1))
      expect(values.filter(looksRandom).length).toBeGreaterThan(180)
    },
  )

  it.each([
    'getTokenFromHeader2',
    'this.lookahead.value1',
    'EMPTY_INT32_ARRAY',
    'config/prod/server1.pem',
    'https://auth2.test/oauth2/token',
    '2024-01-31-12-30-59',
    'application-x-www-form-urlencoded-v1',
    'com.company.product.Feature2Toggle',
    'abcdefabcdef',
  ])('%j is none', value => {
    expect(looksRandom(value)).toBe(false)
  })

  it.each([
    ['Summer2024!', true],
    ['Abcdef12', true],
    ['correct horse', false],
    ['getPassword(1)', false],
    ['password', false],
    ['/etc/Passwords/1.txt', false],
  ])('%j mixes kinds: %s', (value, expected) => {
    expect(mixesKinds(value)).toBe(expected)
  })
})

describe('checksums', () => {
  it('CRC-32 and base 62 are the common ones', () => {
    expect(crc32('123456789')).toBe(0xcbf43926)
    expect(base62(0)).toBe('000000')
    expect(base62(61)).toBe('00000z')
    expect(base62(0xffffffff)).toBe('4gfFC3')
  })

  it('tell a real token from a changed one', () => {
    const random = filler(30)
    const token = `ghp_${random}${base62(crc32(random))}`
    expect(hasCrc(token)).toBe(true)
    expect(hasCrc(token.replace(random[0]!, random[0] === 'a' ? 'b' : 'a'))).toBe(false)
  })

  it('Bech32 agrees with BIP 173', () => {
    const valid = ['A12UEL5L', 'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w']
    expect(valid.map(isBech32)).toEqual([true, true])
    expect(['A12UEL5M', 'pzry9x0s0muk', '1pzry9x0s0muk'].map(isBech32)).toEqual([false, false, false])
    expect(isBech32(`age1${'q'.repeat(52)}${bech32Checksum('age', 'q'.repeat(52))}`)).toBe(true)
  })

  it('a JWT says its algorithm', () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect(hasJwtHeader(`${encode({ alg: 'none' })}.x.y`)).toBe(true)
    expect(hasJwtHeader(`${encode({ typ: 'JWT' })}.x.y`)).toBe(false)
    expect(hasJwtHeader('eyJ.x.y')).toBe(false)
  })
})

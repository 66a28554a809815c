import { describe, expect, it } from 'vitest'
import { sameBytes, toHex } from '../../../src/core/bytes.ts'
import {
  highestPinned,
  noPins,
  pinnedFingerprint,
  pinnedPlace,
  scopeOfFingerprint,
  withPin,
  type Pins,
} from '../../../src/keys/pins.ts'
import { pinEpochs, type Candidate } from '../../../src/keys/trust.ts'
import { candidateOf, keyOf } from './support/keys.ts'

const [one, two, three] = [keyOf(1), keyOf(2), keyOf(3)]
const stranger = keyOf(99)
const none = noPins('cmVwbw==')

const first = candidateOf(one, 1)
const second = candidateOf(two, 2, { previous: one })
const third = candidateOf(three, 3, { previous: two })
const chain = [first, second, third]

/** Offered by somebody who never knew epoch 1. */
const strangersSecond = candidateOf(stranger, 2, { previous: keyOf(98) })
const strangersFirst = candidateOf(stranger, 1)

/** Pinned epochs of a scope as `epoch: seed`. */
const isPinned = (pins: Pins, { scope, epoch, key }: Candidate): boolean =>
  sameBytes(pinnedFingerprint(pins, scope, epoch) ?? new Uint8Array(0), key.fingerprint)

const trustedAll = (pins: Pins, candidates: readonly Candidate[]) =>
  candidates.every(each => isPinned(pins, each))

const refusal = (message: string) => expect.objectContaining({ code: 'WRONG_KEY', exitCode: 4, message })

const doesNotContinue = (epoch: number, scope = 'default') =>
  refusal(
    `epoch ${epoch} of scope ${scope} does not continue epoch ${epoch - 1}: a stranger may have planted it`,
  )
const wasReplaced = (epoch: number) =>
  refusal(`epoch ${epoch} of scope default is not the key that this machine trusts: its file was replaced`)

describe('pinEpochs', () => {
  it('accepts a chain from epoch 1, in any order', () => {
    expect(trustedAll(pinEpochs(none, chain), chain)).toBe(true)
    expect(trustedAll(pinEpochs(none, [third, first, second]), chain)).toBe(true)
  })

  it('accepts the epoch after the pinned one', () => {
    const pins = pinEpochs(none, [first, second])
    expect(trustedAll(pinEpochs(pins, chain), chain)).toBe(true)
    expect(trustedAll(pinEpochs(pins, [second, third]), chain)).toBe(true)
  })

  it('changes nothing when all is known', () => {
    const pins = pinEpochs(none, chain)
    expect(pinEpochs(pins, chain)).toEqual(pins)
    expect(pinEpochs(pins, [second])).toEqual(pins)
  })

  it('refuses epoch 2 without epoch 1', () => {
    expect(() => pinEpochs(none, [second])).toThrow(doesNotContinue(2))
  })

  it('refuses a gap in the chain', () => {
    expect(() => pinEpochs(none, [first, third])).toThrow(doesNotContinue(3))
    expect(() => pinEpochs(pinEpochs(none, [first]), [third])).toThrow(doesNotContinue(3))
  })

  it('refuses a stranger’s continuation', () => {
    expect(() => pinEpochs(none, [first, strangersSecond])).toThrow(doesNotContinue(2))
    expect(() => pinEpochs(pinEpochs(none, [first]), [first, strangersSecond])).toThrow(doesNotContinue(2))
  })

  it('refuses a continuation copied from another scope or epoch', () => {
    const ofProd = candidateOf(two, 2, { previous: one, scope: 'prod' })
    const transplanted = { ...second, record: { ...second.record!, prev: ofProd.record!.prev } }
    expect(() => pinEpochs(none, [first, transplanted])).toThrow(doesNotContinue(2))
    const asThird = { ...third, record: { ...third.record!, prev: second.record!.prev } }
    expect(() => pinEpochs(none, [first, second, asThird])).toThrow(doesNotContinue(3))
  })

  it('refuses a new epoch 1 below pinned ones', () => {
    const pins = withPin(none, 'default', 2, two.fingerprint)
    expect(() => pinEpochs(pins, [strangersFirst, second])).toThrow(doesNotContinue(1))
  })

  it('refuses a replaced key, and names the fingerprint to compare', () => {
    const pins = pinEpochs(none, [first, second])
    expect(() => pinEpochs(pins, [strangersFirst, second])).toThrow(wasReplaced(1))
    expect(() => pinEpochs(pins, [first, strangersSecond])).toThrow(wasReplaced(2))
    expect(() => pinEpochs(pins, [strangersFirst])).toThrow(
      expect.objectContaining({
        hint: `compare fingerprints with a teammate, then: gitward unlock --expect ${toHex(stranger.fingerprint)}`,
      }),
    )
  })

  it('refuses the key of another scope, with `expect` too', () => {
    const pins = pinEpochs(none, [candidateOf(one, 1, { scope: 'prod' })])
    const same = refusal('epoch 1 of scope default is the key of scope prod')
    expect(() => pinEpochs(pins, [first])).toThrow(same)
    expect(() => pinEpochs(pins, [first], { expect: toHex(one.fingerprint) })).toThrow(same)
  })

  it('leaves other scopes alone', () => {
    const ofProd = candidateOf(stranger, 1, { scope: 'prod' })
    const pins = pinEpochs(pinEpochs(none, chain), [ofProd])
    expect(trustedAll(pins, [...chain, ofProd])).toBe(true)
  })

  it('refuses two keys for one epoch, whichever comes first and whatever is expected', () => {
    const twice = refusal(
      'epoch 2 of scope default has two keys: two members rotated at once, or one of them is a stranger',
    )
    for (const both of [
      [second, strangersSecond],
      [strangersSecond, second],
    ]) {
      expect(() => pinEpochs(none, [first, ...both])).toThrow(twice)
      expect(() => pinEpochs(none, [first, ...both], { expect: toHex(two.fingerprint) })).toThrow(twice)
    }
    expect(isPinned(pinEpochs(none, [first, second, { ...second, record: null }]), second)).toBe(true)
  })

  it('trusts a key that a person handed over, but not in place of another', () => {
    const handedOver = { ...second, record: null }
    expect(isPinned(pinEpochs(none, [handedOver]), second)).toBe(true)
    const pins = pinEpochs(none, [first, second])
    expect(() => pinEpochs(pins, [{ ...strangersSecond, record: null }])).toThrow(wasReplaced(2))
  })
})

describe('a fingerprint that a person compared', () => {
  const expecting = (key: typeof one) => ({ expect: toHex(key.fingerprint) })

  it('repins', () => {
    const pins = pinEpochs(none, [strangersFirst])
    expect(isPinned(pinEpochs(pins, [first], expecting(one)), first)).toBe(true)
  })

  it('vouches for the epochs that it continues', () => {
    const fooled = pinEpochs(none, [strangersFirst, candidateOf(keyOf(98), 2, { previous: stranger })])
    expect(trustedAll(pinEpochs(fooled, chain, expecting(three)), chain)).toBe(true)
    expect(trustedAll(pinEpochs(fooled, chain, expecting(two)), chain)).toBe(true)
  })

  it('does not vouch for later epochs', () => {
    const fooled = pinEpochs(none, [strangersFirst, candidateOf(keyOf(98), 2, { previous: stranger })])
    expect(() => pinEpochs(fooled, [first, second], expecting(one))).toThrow(wasReplaced(2))
    expect(() => pinEpochs(none, [first, strangersSecond], expecting(one))).toThrow(doesNotContinue(2))
  })

  it('does not let a planted epoch 1 in below it', () => {
    expect(() => pinEpochs(none, [strangersFirst, second], expecting(two))).toThrow(doesNotContinue(2))
  })

  it('needs no epoch before it', () => {
    expect(isPinned(pinEpochs(none, [second], expecting(two)), second)).toBe(true)
  })
})

describe('pins', () => {
  const pins = withPin(withPin(none, 'default', 1, one.fingerprint), 'prod', 2, two.fingerprint)

  it('know the key of an epoch', () => {
    expect(pinnedFingerprint(pins, 'prod', 2)).toEqual(two.fingerprint)
    expect(pinnedFingerprint(pins, 'prod', 1)).toBeNull()
    expect(pinnedFingerprint(pins, 'dev', 1)).toBeNull()
    expect(pinnedFingerprint(none, 'default', 1)).toBeNull()
  })

  it('know the highest epoch, by number', () => {
    expect(highestPinned(pins, 'prod')).toBe(2)
    expect(highestPinned(pins, 'dev')).toBe(0)
    const many = [1, 2, 9, 10].reduce((all, n) => withPin(all, 'many', n, keyOf(n).fingerprint), none)
    expect(highestPinned(many, 'many')).toBe(10)
  })

  it('know the place of a kid', () => {
    expect(pinnedPlace(pins, two.kid)).toEqual({ scope: 'prod', epoch: 2 })
    expect(pinnedPlace(pins, three.kid)).toBeNull()
  })

  it('know another scope that has a key', () => {
    expect(scopeOfFingerprint(pins, one.fingerprint, 'prod')).toBe('default')
    expect(scopeOfFingerprint(pins, one.fingerprint, 'default')).toBeNull()
  })

  it.each(['constructor', 'toString', '__proto__', 'valueof'])(
    'take %s for a scope like any other',
    scope => {
      expect(pinnedFingerprint(pins, scope, 1)).toBeNull()
      expect(highestPinned(pins, scope)).toBe(0)
    },
  )

  it('survive JSON', () => {
    expect(JSON.parse(JSON.stringify(pins))).toEqual(pins)
  })
})

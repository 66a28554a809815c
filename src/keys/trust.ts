import { sameBytes, toHex, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import type { EpochKey } from '../crypto/epoch-key.ts'
import { primitives } from '../crypto/node.ts'
import { chainMac, type EpochRecord } from './epoch.ts'
import { highestPinned, pinnedFingerprint, scopeOfFingerprint, withPin, type Pins } from './pins.ts'

/** An epoch key on its way to being trusted. */
export interface Candidate {
  readonly scope: string
  readonly epoch: number
  readonly key: EpochKey
  /** Null for a key that a person handed over instead of an epoch file: they vouch for it. */
  readonly record: EpochRecord | null
}

export interface TrustOptions {
  /** `unlock --expect`: the fingerprint that a person compared; it may replace a pin. */
  readonly expect?: string | undefined
}

/**
 * Pins the candidates of one scope, oldest first, or refuses the first that a stranger could have planted:
 * age does not say who sealed a file, so anyone with push rights can offer a key of their own.
 * @throws {GitwardError} WRONG_KEY, with the rule that failed.
 */
export function pinEpochs(pins: Pins, candidates: readonly Candidate[], { expect }: TrustOptions = {}): Pins {
  const byEpoch = [...candidates].sort((a, b) => a.epoch - b.epoch)
  return byEpoch.reduce((trusted, candidate) => {
    const isExpected = expect !== undefined && expect === toHex(candidate.key.fingerprint)
    assertInNoOtherScope(trusted, candidate)
    if (!isExpected) {
      assertNotReplaced(trusted, candidate)
      assertChained(trusted, candidate, byEpoch)
    }
    return withPin(trusted, candidate.scope, candidate.epoch, candidate.key.fingerprint)
  }, pins)
}

/** No other key may be pinned for this epoch. */
function assertNotReplaced(pins: Pins, { scope, epoch, key }: Candidate): void {
  const pinned = pinnedFingerprint(pins, scope, epoch)
  if (!pinned || sameBytes(pinned, key.fingerprint)) return
  throw new GitwardError(
    'WRONG_KEY',
    `epoch ${epoch} of scope ${scope} is not the key that this machine trusts: its file was replaced`,
    {
      hint: `compare fingerprints with a teammate, then: gitward unlock --expect ${toHex(key.fingerprint)}`,
    },
  )
}

/** One key never serves two scopes. */
function assertInNoOtherScope(pins: Pins, { scope, epoch, key }: Candidate): void {
  const other = scopeOfFingerprint(pins, key.fingerprint, scope)
  if (!other) return
  throw new GitwardError('WRONG_KEY', `epoch ${epoch} of scope ${scope} is the key of scope ${other}`, {
    hint: 'git log -p -- .gitward/keys',
  })
}

/** Epoch 1 starts a scope; epoch n must carry a MAC that only a holder of epoch n-1 could make. */
function assertChained(pins: Pins, candidate: Candidate, all: readonly Candidate[]): void {
  const { scope, epoch, key, record } = candidate
  if (!record || pinnedFingerprint(pins, scope, epoch)) return
  if (epoch === 1 && highestPinned(pins, scope) === 0) return
  const previous = all.find(each => each.epoch === epoch - 1)
  if (previous && isPinned(pins, previous) && record.prev && isChained(previous.key, candidate, record.prev))
    return
  throw new GitwardError(
    'WRONG_KEY',
    `epoch ${epoch} of scope ${scope} does not continue epoch ${epoch - 1}: a stranger may have planted it`,
    {
      hint: `compare fingerprints with a teammate, then: gitward unlock --expect ${toHex(key.fingerprint)}`,
    },
  )
}

const isPinned = (pins: Pins, { scope, epoch, key }: Candidate): boolean => {
  const pinned = pinnedFingerprint(pins, scope, epoch)
  return pinned !== null && sameBytes(pinned, key.fingerprint)
}

const isChained = (previous: EpochKey, { scope, epoch, key }: Candidate, prev: Bytes): boolean =>
  primitives.equal(chainMac(previous, scope, epoch, key.fingerprint), prev)

import { sameBytes, toHex } from '../core/bytes.ts'
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
  /** `unlock --expect`: the fingerprint that a person compared; its key and those before it may replace pins. */
  readonly expect?: string | undefined
}

/**
 * Pins the candidates of one scope, oldest first, or refuses the first that a stranger could have planted:
 * age does not say who sealed a file, so anyone with push rights can offer a key of their own.
 * @throws {GitwardError} WRONG_KEY, with the rule that failed.
 */
export function pinEpochs(pins: Pins, candidates: readonly Candidate[], { expect }: TrustOptions = {}): Pins {
  const byEpoch = [...candidates].sort((a, b) => a.epoch - b.epoch)
  assertOneKeyEach(byEpoch)
  const compared = byEpoch.find(({ key }) => expect === toHex(key.fingerprint))
  const vouched = compared ? withPredecessors(compared, byEpoch) : []
  return byEpoch.reduce((trusted, candidate) => {
    assertInNoOtherScope(trusted, candidate)
    if (!vouched.includes(candidate)) {
      assertNotReplaced(trusted, candidate)
      assertChained(trusted, candidate, byEpoch)
    }
    return withPin(trusted, candidate.scope, candidate.epoch, candidate.key.fingerprint)
  }, pins)
}

/**
 * A key that a person compared, and the epochs that it continues: only who knows the key can have written a
 * record for it, so the record's `prev` vouches for the epoch before.
 */
function withPredecessors(candidate: Candidate, all: readonly Candidate[]): Candidate[] {
  const previous = all.find(each => each.epoch === candidate.epoch - 1)
  if (!previous || !candidate.record) return [candidate]
  if (!continues(candidate, previous)) throw doesNotContinue(candidate)
  return [candidate, ...withPredecessors(previous, all)]
}

/** A key ring that held two would seal under either. */
function assertOneKeyEach(byEpoch: readonly Candidate[]): void {
  const twice = byEpoch.find(
    ({ epoch, key }, i) =>
      byEpoch[i - 1]?.epoch === epoch && !sameBytes(byEpoch[i - 1]!.key.fingerprint, key.fingerprint),
  )
  if (!twice) return
  throw new GitwardError(
    'WRONG_KEY',
    `epoch ${twice.epoch} of scope ${twice.scope} has two keys: two members rotated at once, or one of them is a stranger`,
    {
      hint: `git log -- .gitward/keys/${twice.scope}`,
    },
  )
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
  const { scope, epoch, record } = candidate
  if (!record || pinnedFingerprint(pins, scope, epoch)) return
  if (epoch === 1 && highestPinned(pins, scope) === 0) return
  const previous = all.find(each => each.epoch === epoch - 1)
  if (!previous || !isPinned(pins, previous) || !continues(candidate, previous))
    throw doesNotContinue(candidate)
}

const doesNotContinue = ({ scope, epoch, key }: Candidate): GitwardError =>
  new GitwardError(
    'WRONG_KEY',
    `epoch ${epoch} of scope ${scope} does not continue epoch ${epoch - 1}: a stranger may have planted it`,
    {
      hint: `compare fingerprints with a teammate, then: gitward unlock --expect ${toHex(key.fingerprint)}`,
    },
  )

const isPinned = (pins: Pins, { scope, epoch, key }: Candidate): boolean => {
  const pinned = pinnedFingerprint(pins, scope, epoch)
  return pinned !== null && sameBytes(pinned, key.fingerprint)
}

/** True if the record of `candidate` carries the MAC that a holder of `previous` made. */
function continues({ scope, epoch, key, record }: Candidate, previous: Candidate): boolean {
  const wanted = chainMac(previous.key, scope, epoch, key.fingerprint)
  return Boolean(record?.prev) && primitives.equal(wanted, record!.prev!)
}

import { epochKey, type EpochKey } from '../../../../src/crypto/epoch-key.ts'
import { chainMac, type EpochRecord } from '../../../../src/keys/epoch.ts'
import type { Recipient } from '../../../../src/keys/recipients.ts'
import type { Candidate } from '../../../../src/keys/trust.ts'

export const REPO = new Uint8Array(16).fill(0xa5)

/** The epoch key whose every byte is `seed`. */
export const keyOf = (seed: number, repo = REPO): EpochKey => epochKey(new Uint8Array(32).fill(seed), repo)

/** Recipients by their form alone: no key stands behind them. */
export const classicRecipient = (letter: string): string => `age1${letter.repeat(58)}`
export const hybridRecipient = (letter: string): string => `age1pq1${letter.repeat(58)}`

export const alice: Recipient = { name: 'alice', recipient: hybridRecipient('a') }
export const bob: Recipient = { name: 'bob', recipient: hybridRecipient('q') }

/** An epoch that continues `previous`, as a member would make it; the first epoch where there is none. */
export function candidateOf(
  key: EpochKey,
  epoch: number,
  { previous, scope = 'default' }: { previous?: EpochKey; scope?: string } = {},
): Candidate {
  const prev = previous ? chainMac(previous, scope, epoch, key.fingerprint) : null
  const record: EpochRecord = {
    repo: key.repo,
    scope,
    epoch,
    key: key.secret,
    members: new Uint8Array(32),
    prev,
  }
  return { scope, epoch, key, record }
}

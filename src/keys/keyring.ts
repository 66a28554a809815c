import { base64, fromBase64 } from '../core/base64.ts'
import { sameBytes, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { epochKey, EPOCH_KEY_BYTES, type EpochKey } from '../crypto/epoch-key.ts'
import { isScopeName } from './epoch.ts'

/** An unlocked epoch key with its place. */
export interface UnlockedKey {
  readonly scope: string
  readonly epoch: number
  readonly key: EpochKey
}

/** The epoch keys that are unlocked on this machine. */
export type Keyring = readonly UnlockedKey[]

export const findKey = (keyring: Keyring, kid: Bytes): UnlockedKey | null =>
  keyring.find(({ key }) => sameBytes(key.kid, kid)) ?? null

/** A scope's keys, newest epoch first. */
export const keysOfScope = (keyring: Keyring, scope: string): UnlockedKey[] =>
  keyring.filter(each => each.scope === scope).sort((a, b) => b.epoch - a.epoch)

/** `keyring` with `added`, each epoch of a scope once. */
export function mergeKeyrings(keyring: Keyring, added: Keyring): Keyring {
  const kept = keyring.filter(
    old => !added.some(each => each.scope === old.scope && each.epoch === old.epoch),
  )
  const once = added.filter(
    (each, i) => added.findIndex(other => other.scope === each.scope && other.epoch === each.epoch) === i,
  )
  return [...kept, ...once].sort((a, b) => a.scope.localeCompare(b.scope) || a.epoch - b.epoch)
}

export const formatKeyring = (keyring: Keyring): string =>
  JSON.stringify(
    keyring.map(({ scope, epoch, key }) => ({
      scope,
      epoch,
      repo: base64(key.repo),
      key: base64(key.secret),
    })),
  )

/** @throws {GitwardError} CONFIG if the text is not what `formatKeyring` writes. */
export function parseKeyring(text: string): Keyring {
  try {
    const stored = JSON.parse(text) as { scope: string; epoch: number; repo: string; key: string }[]
    return stored.map(({ scope, epoch, repo, key }) => {
      if (!isScopeName(scope) || !Number.isSafeInteger(epoch)) throw new RangeError('no place of a key')
      return { scope, epoch, key: epochKey(fromBase64(key)!, fromBase64(repo)!) }
    })
  } catch {
    throw new GitwardError('CONFIG', 'the keyring file is damaged')
  }
}

/** An epoch key that a person or a CI system handed over; which epoch it is, the epoch file names say. */
export interface SuppliedKey {
  readonly scope: string
  readonly secret: Bytes
}

const KEY_TEXT_LENGTH = 44

/**
 * Reads `[scope=]key` items between commas: the last 44 characters of an item are the key in standard base64,
 * no prefix means scope `default`.
 * @throws {GitwardError} USAGE that names the source and never shows the text.
 */
export function parseSuppliedKeys(text: string, source: string): SuppliedKey[] {
  return text
    .trim()
    .split(',')
    .map(item => {
      const secret = fromBase64(item.trim().slice(-KEY_TEXT_LENGTH))
      const prefix = item.trim().slice(0, -KEY_TEXT_LENGTH)
      const scope = prefix === '' ? 'default' : prefix.replace(/=$/, '')
      const isWellFormed = prefix === '' || (prefix.endsWith('=') && isScopeName(scope))
      if (secret?.length !== EPOCH_KEY_BYTES || !isWellFormed) {
        throw new GitwardError(
          'USAGE',
          `${source} is not an epoch key: 44 characters of base64, optionally after \`scope=\``,
          {
            hint: 'gitward unlock --help',
          },
        )
      }
      return { scope, secret }
    })
}

import { base64, fromBase64 } from '../core/base64.ts'
import { concat, fromHex, lengthPrefixed, sameBytes, toHex, u64be, utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { EPOCH_KEY_BYTES, KID_BYTES, REPO_ID_BYTES, type EpochKey } from '../crypto/epoch-key.ts'
import { primitives } from '../crypto/node.ts'
import type { Recipient } from './recipients.ts'

/** What an epoch file holds once age has opened it (SPEC "Epoch files"). */
export interface EpochRecord {
  readonly repo: Bytes
  readonly scope: string
  readonly epoch: number
  readonly key: Bytes
  /** MAC over the recipients that this key was wrapped for. */
  readonly members: Bytes
  /** Epoch 2 on: MAC under the epoch before, so that no stranger's key continues the chain. */
  readonly prev: Bytes | null
}

const VERSION_LINE = 'gitward-key/v1'
const MAC_BYTES = 32
const SCOPE = /^[a-z0-9][a-z0-9-]{0,31}$/
const EPOCH = /^[1-9][0-9]{0,8}$/

export const isScopeName = (text: string): boolean => SCOPE.test(text)

/** `<epoch>-<kid>.age`: every kid is public and names its scope without a key. */
export const epochFileName = (epoch: number, kid: Bytes): string => `${epoch}-${toHex(kid)}.age`

/** Null for any name that `epochFileName` would not write. */
export function parseEpochFileName(name: string): { epoch: number; kid: Bytes } | null {
  const [, digits, hex] = /^([0-9]+)-([0-9a-f]+)\.age$/.exec(name) ?? []
  if (!digits || !EPOCH.test(digits) || hex?.length !== 2 * KID_BYTES) return null
  return { epoch: Number(digits), kid: fromHex(hex)! }
}

/** The payload: the version line, then one `name value` line each, in this order. */
export function formatEpochRecord({ repo, scope, epoch, key, members, prev }: EpochRecord): string {
  const lines = [
    VERSION_LINE,
    `repo ${base64(repo)}`,
    `scope ${scope}`,
    `epoch ${epoch}`,
    `key ${base64(key)}`,
    `members ${base64(members)}`,
    ...(prev ? [`prev ${base64(prev)}`] : []),
  ]
  return lines.map(line => `${line}\n`).join('')
}

/** @throws {GitwardError} UNSUPPORTED_VERSION, or MALFORMED for anything but `formatEpochRecord`'s output. */
export function parseEpochRecord(text: string): EpochRecord {
  const [version, ...lines] = text.split('\n')
  if (version !== VERSION_LINE && /^gitward-key\/v[0-9]+$/.test(version ?? '')) {
    throw new GitwardError('UNSUPPORTED_VERSION', `epoch file of a version that this gitward does not know`, {
      hint: 'npm install --global gitward@latest',
    })
  }
  const values = new Map(
    lines.map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  )
  const bytes = (name: string, length: number): Bytes => {
    const decoded = fromBase64(values.get(name) ?? '')
    if (decoded?.length !== length) throw malformed()
    return decoded
  }
  const scope = values.get('scope') ?? ''
  if (!SCOPE.test(scope) || !EPOCH.test(values.get('epoch') ?? '')) throw malformed()
  const record: EpochRecord = {
    repo: bytes('repo', REPO_ID_BYTES),
    scope,
    epoch: Number(values.get('epoch')),
    key: bytes('key', EPOCH_KEY_BYTES),
    members: bytes('members', MAC_BYTES),
    prev: values.has('prev') ? bytes('prev', MAC_BYTES) : null,
  }
  if ((record.epoch === 1) !== (record.prev === null) || formatEpochRecord(record) !== text) throw malformed()
  return record
}

/** HMAC under the epoch's `members` subkey over label, R, scope, epoch and each name and recipient in file order. */
export function membersMac(
  key: EpochKey,
  scope: string,
  epoch: number,
  recipients: readonly Recipient[],
): Bytes {
  const mac = primitives.hmacSha256(key.subkey('members'))
  const head = [
    lengthPrefixed(utf8('gitward/v1/members')),
    lengthPrefixed(key.repo),
    lengthPrefixed(utf8(scope)),
  ]
  const list = recipients.flatMap(each => [
    lengthPrefixed(utf8(each.name)),
    lengthPrefixed(utf8(each.recipient)),
  ])
  return mac.update(concat(...head, u64be(epoch), ...list)).digest()
}

/** HMAC under epoch n-1's `epoch-chain` subkey over LP(R) || LP(scope) || u64be(n) || LP(fp of n). */
export function chainMac(previous: EpochKey, scope: string, epoch: number, fingerprint: Bytes): Bytes {
  const mac = primitives.hmacSha256(previous.subkey('epoch-chain'))
  const parts = [
    lengthPrefixed(previous.repo),
    lengthPrefixed(utf8(scope)),
    u64be(epoch),
    lengthPrefixed(fingerprint),
  ]
  return mac.update(concat(...parts)).digest()
}

/** True if a record says what its place says: this repository, its folder's scope, its file name's epoch and kid. */
export function standsInItsPlace(
  record: EpochRecord,
  key: EpochKey,
  place: { scope: string; epoch: number; kid: Bytes },
): boolean {
  return (
    record.scope === place.scope &&
    record.epoch === place.epoch &&
    sameBytes(key.kid, place.kid) &&
    sameBytes(key.repo, record.repo)
  )
}

const malformed = () =>
  new GitwardError(
    'MALFORMED',
    'the epoch file opens, but does not hold an epoch key in its canonical form',
    {
      hint: 'git log -p -- .gitward/keys',
    },
  )

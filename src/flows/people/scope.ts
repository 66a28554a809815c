import path from 'node:path'
import { fromBase64 } from '../../core/base64.ts'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { epochKey, EPOCH_KEY_BYTES, type EpochKey } from '../../crypto/epoch-key.ts'
import { primitives } from '../../crypto/node.ts'
import {
  epochFileName,
  formatEpochRecord,
  isScopeName,
  membersMac,
  type EpochRecord,
} from '../../keys/epoch.ts'
import type { UnlockedKey } from '../../keys/keyring.ts'
import { formatRecipients, type Recipient } from '../../keys/recipients.ts'
import { wrap } from '../../keys/wrap.ts'
import { epochFolder, recipientsPath } from '../names.ts'

/** Files of a repository, by their path in it. */
export type NewFiles = ReadonlyMap<string, string>

/** A scope's first epoch: a random key, wrapped for its first member. Nothing is written yet. */
export async function newScope(
  scope: string,
  repo: string,
  recipients: readonly Recipient[],
): Promise<{ unlocked: UnlockedKey; files: NewFiles }> {
  assertScopeName(scope)
  const key = newEpochKey(fromBase64(repo)!)
  const record: EpochRecord = {
    repo: key.repo,
    scope,
    epoch: 1,
    key: key.secret,
    members: membersMac(key, scope, 1, recipients),
    prev: null,
  }
  const epochFile = path.posix.join(epochFolder(scope), epochFileName(1, key.kid))
  const files = new Map([
    [recipientsPath(scope), formatRecipients(recipients)],
    [epochFile, await wrap(formatEpochRecord(record), recipients)],
  ])
  return { unlocked: { scope, epoch: 1, key }, files }
}

/** Eight zero bytes name no key: portable files carry them (SPEC "File envelope"). */
function newEpochKey(repo: Bytes): EpochKey {
  const key = epochKey(primitives.random(EPOCH_KEY_BYTES), repo)
  return key.kid.some(byte => byte !== 0) ? key : newEpochKey(repo)
}

/** The error for a scope that has no epoch file here. */
export const noSuchScope = (scope: string): GitwardError =>
  new GitwardError('USAGE', `this repository has no scope ${scope}`, {
    hint: `gitward init --scope ${scope}`,
  })

export function assertScopeName(scope: string): void {
  if (isScopeName(scope)) return
  throw new GitwardError(
    'USAGE',
    'a scope name is 1 to 32 of a-z, 0-9 and -, and starts with a letter or digit',
    {
      hint: 'gitward init --scope prod',
    },
  )
}

import { decodeUtf8, toHex } from '../../core/bytes.ts'
import { fromBase64 } from '../../core/base64.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { epochKey } from '../../crypto/epoch-key.ts'
import type { Repository } from '../../git/repository.ts'
import { parseEpochRecord, standsInItsPlace, type EpochRecord } from '../../keys/epoch.ts'
import type { Candidate } from '../../keys/trust.ts'
import { unwrap } from '../../keys/wrap.ts'
import { readTrackedText, type EpochFile } from '../tracked.ts'

/** An epoch file that an identity opened. */
export interface OpenedEpoch extends Candidate {
  readonly file: EpochFile
  readonly record: EpochRecord
}

/**
 * Opens one epoch file.
 * @returns null if none of the identities is a recipient of it.
 * @throws {GitwardError} MALFORMED if it is damaged; WRONG_KEY if it does not belong where it stands.
 */
export async function openEpoch(
  repository: Repository,
  file: EpochFile,
  identities: readonly string[],
  repo: string,
): Promise<OpenedEpoch | null> {
  const payload = await inFile(file, () => unwrap(readTrackedText(repository, file.path) ?? '', identities))
  if (!payload) return null
  const record = await inFile(file, async () => parseEpochRecord(decodeUtf8(payload) ?? ''))
  payload.fill(0)
  const key = epochKey(record.key, fromBase64(repo)!)
  if (!standsInItsPlace(record, key, file)) {
    throw new GitwardError(
      'WRONG_KEY',
      `${file.path}: the key inside is of ${placeOf(record)}, not of this place`,
      {
        hint: `git log -p -- ${file.path}`,
      },
    )
  }
  return { scope: file.scope, epoch: file.epoch, key, record, file }
}

const placeOf = ({ repo, scope, epoch }: EpochRecord): string =>
  `repository ${toHex(repo).slice(0, 8)}, scope ${scope}, epoch ${epoch}`

/** Adds the file's path to what age or the parser said. */
async function inFile<T>({ path }: EpochFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!hasCode(error, 'MALFORMED', 'UNSUPPORTED_VERSION')) throw error
    throw error.in(path)
  }
}

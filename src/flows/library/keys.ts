import { fromBase64 } from '../../core/base64.ts'
import { sameBytes, toHex, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { epochKey, REPO_ID_BYTES, type EpochKey } from '../../crypto/epoch-key.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { parseToken } from '../../envelope/token.ts'
import { parseSuppliedKeys } from '../../keys/keyring.ts'

/** An epoch key with the scope it belongs to. */
export interface ScopedKey {
  readonly scope: string
  readonly key: EpochKey
}

/**
 * Reads epoch keys as `GITWARD_KEY` holds them: `[scope=]key` between commas, no scope means `default`.
 * `repo` is that line of `.gitward/config.yaml`. Whose keys they are nobody can tell from the text: a key of another
 * repository opens nothing.
 * @throws {GitwardError} USAGE if `text` or `repo` has another form; it never shows `text`.
 */
export function importKeys(text: string, repo: string): readonly ScopedKey[] {
  const repoId = fromBase64(repo)
  if (repoId?.length !== REPO_ID_BYTES) {
    throw new GitwardError('USAGE', `the repo id is not ${REPO_ID_BYTES} bytes in standard base64`, {
      hint: 'grep ^repo: .gitward/config.yaml',
    })
  }
  return parseSuppliedKeys(text, 'the text').map(({ scope, secret }) => ({
    scope,
    key: epochKey(secret, repoId),
  }))
}

/**
 * The key that a token (text) or an envelope (bytes) names, if it belongs to `scope`: the one that the policy gives
 * the place where `sealed` stands. After a rotation older values keep older keys, so hand in all of a scope.
 * @throws {GitwardError} MALFORMED or UNSUPPORTED_VERSION if `sealed` is neither; WRONG_SCOPE for a key of another
 *   scope; UNKNOWN_KEY for a key that is not among `keys`.
 */
export function keyFor(keys: readonly ScopedKey[], scope: string, sealed: string | Bytes): EpochKey {
  const kid = kidOf(sealed)
  const named = keys.filter(({ key }) => sameBytes(key.kid, kid))
  const fitting = named.find(each => each.scope === scope)
  if (fitting) return fitting.key
  if (named.length > 0) {
    throw new GitwardError(
      'WRONG_SCOPE',
      `key ${toHex(kid)} belongs to scope ${named[0]!.scope}, not ${scope}`,
    )
  }
  throw new GitwardError('UNKNOWN_KEY', `no key ${toHex(kid)} is at hand`, { hint: 'gitward unlock' })
}

function kidOf(sealed: string | Bytes): Bytes {
  if (typeof sealed === 'string') {
    const token = parseToken(sealed)
    if (token) return token.kid
    throw new GitwardError('MALFORMED', 'this is not a value token')
  }
  const what = recognise(sealed)
  if (isEnvelope(what)) return what.kid
  if (what.kind === 'malformed' || what.kind === 'unsupported') throw what.reason
  throw new GitwardError('MALFORMED', 'this is not an envelope of a repository')
}

import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { GitPath } from '../../core/path.ts'
import { isEnvelope, openEnvelope, recognise, type Envelope } from '../../envelope/recognise.ts'
import { fetchFromLfs } from '../../git/lfs.ts'
import { parseLfsPointer } from '../../git/lfs-pointer.ts'
import { findKey, keysOfScope } from '../../keys/keyring.ts'
import { isInLfs, protectionOf, protectionScopes, type Protection } from '../../policy/policy.ts'
import type { FilterSession } from './session.ts'
import { smudgeValues } from './smudge-values.ts'

/**
 * Index bytes to worktree bytes. Never fails for what the bytes are: an error would break clone and pull, so
 * ciphertext that may not or cannot be opened stays ciphertext, with a warning.
 */
export async function smudge(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  treeish: string | null,
): Promise<Bytes> {
  const { policies } = session
  const policy = await (treeish === null ? policies.hereOrLastGood() : policies.ofTree(treeish))
  const protection = policy && protectionOf(policy.compiled, path)
  const pointer = isInLfs(protection) ? parseLfsPointer(bytes) : null
  if (!pointer) return opened(session, path, bytes, protection)
  if (keysOfScope(session.keyring, protectionScopes(protection!)[0]!).length === 0) {
    session.countLocked()
    return bytes
  }
  const object = fetchFromLfs(session.repository, pointer)
  if (!object) return leave(session, path, bytes, 'its content could not be had from git-lfs')
  const content = await opened(session, path, object, protection)
  return content === object && recognise(object).kind !== 'plain' ? bytes : content
}

async function opened(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  protection: Protection | null,
): Promise<Bytes> {
  const what = recognise(bytes)
  if (what.kind === 'plain') return protection ? smudgeValues(session, path, bytes, protection) : bytes
  if (what.kind === 'malformed' || what.kind === 'unsupported')
    return leave(session, path, bytes, what.reason.message)
  if (!isEnvelope(what))
    return leave(session, path, bytes, 'this is a portable envelope: open it with `gitward decrypt`')
  const refusal = whyNotHere(session, what, protection)
  if (refusal !== null) return leave(session, path, bytes, refusal)
  const unlocked = findKey(session.keyring, what.kid)
  if (!unlocked) {
    session.countLocked()
    return bytes
  }
  try {
    return openEnvelope(unlocked.key, what)
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    return leave(session, path, bytes, error.message)
  }
}

/**
 * Why this place may not open that key's envelopes; null if it may. A writer without keys can copy an envelope
 * anywhere: it opens only where the policy of the same tree protects the path in the key's own scope.
 */
function whyNotHere(session: FilterSession, { kid }: Envelope, protection: Protection | null): string | null {
  if (!protection) return 'ciphertext in a path that the policy does not protect'
  const scopes = protectionScopes(protection)
  const scope = session.scopeOf(kid)
  if (scope === null) return "its key is not one of this repository's"
  return scopes.includes(scope)
    ? null
    : `its key is of scope ${scope}, but the policy puts this path into ${scopes.join(', ')}`
}

function leave(session: FilterSession, path: GitPath, bytes: Bytes, why: string): Bytes {
  session.warn(path, `stays encrypted: ${why}`)
  return bytes
}

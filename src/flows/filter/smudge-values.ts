import { decodeUtf8, fromHex, toHex, utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { memoised } from '../../core/memoised.ts'
import type { GitPath } from '../../core/path.ts'
import { printable } from '../../core/printable.ts'
import { mayHoldTokens, openToken, parseToken } from '../../envelope/token.ts'
import { noneSealed, type Format } from '../../formats/format.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import { findKey, type Keyring } from '../../keys/keyring.ts'
import { pointerScope, type Protection } from '../../policy/policy.ts'
import { tokenIn } from './held-values.ts'
import { locateValues, type PlacedValue } from './located.ts'
import type { FilterSession } from './session.ts'

/** What opens tokens: the unlocked keys, and the scope that each key of the repository belongs to. */
export interface Keys {
  readonly keyring: Keyring
  scopeOf(kid: Bytes): string | null
}

/** What became of one token. */
export type Outcome = { readonly opened: string } | { readonly left: 'locked' | GitwardError }

/**
 * Opens every token that stands where it belongs; all other bytes stay. A token that does not open stays, with a
 * warning or, for want of a key, a count.
 */
export async function smudgeValues(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  protection: Protection,
): Promise<Bytes> {
  const name = formatNameOf(path)
  if (name === null || !mayHoldTokens(bytes)) return bytes
  const text = decodeUtf8(bytes)!
  const format = await loadFormat(name)
  try {
    return utf8(openTokens(session, path, format, text, protection))
  } catch (error) {
    if (!hasCode(error, 'MALFORMED', 'REFUSED')) throw error
    session.warn(path, `stays encrypted: ${printable(error.message)}`)
    return bytes
  }
}

function openTokens(
  session: FilterSession,
  path: GitPath,
  format: Format,
  text: string,
  protection: Protection,
): string {
  const located = locateValues(format, text, noneSealed)
  const scopeOf = memoised(kid => session.scopeOf(fromHex(kid)!))
  const keys: Keys = { keyring: session.keyring, scopeOf: kid => scopeOf(toHex(kid)) }
  let isLocked = false
  const openedAt = new Set<string>()
  const opened = located.replace(
    value => {
      const token = tokenIn(format, value.source)
      if (token === null) return null
      const outcome = openOne(keys, protection, value, token)
      if ('opened' in outcome) {
        for (const pointer of value.pointers) openedAt.add(pointer)
        return outcome.opened
      }
      if (outcome.left === 'locked') isLocked = true
      else session.warn(path, `${printable(value.pointers[0]!)} stays encrypted: ${outcome.left.message}`)
      return null
    },
    // not what the policy selects: it may have changed since the file was sealed
    pointer => openedAt.has(pointer),
  )
  if (isLocked) session.countLocked()
  return opened
}

/** Opens a token at the first of its pointers that it verifies at. Scope comes first: a key never opens elsewhere. */
export function openOne(
  keys: Keys,
  protection: Protection,
  { pointers }: Pick<PlacedValue, 'pointers'>,
  text: string,
): Outcome {
  const token = parseToken(text)!
  const scopes = pointers.map(pointer => pointerScope(protection, pointer))
  if (scopes.every(scope => scope === null))
    return {
      left: new GitwardError(
        'WRONG_SCOPE',
        'the policy does not protect this value, so its ciphertext stays shut',
      ),
    }
  const scope = keys.scopeOf(token.kid)
  if (scope === null)
    return { left: new GitwardError('UNKNOWN_KEY', "its key is not one of this repository's") }
  if (!scopes.includes(scope)) {
    return {
      left: new GitwardError(
        'WRONG_SCOPE',
        `its key is of scope ${scope}, which the policy does not put here`,
      ),
    }
  }
  const unlocked = findKey(keys.keyring, token.kid)
  if (!unlocked) return { left: 'locked' }
  let failure: GitwardError | null = null
  for (const pointer of pointers.filter((_, i) => scopes[i] === scope)) {
    try {
      const source = decodeUtf8(openToken(unlocked.key, token, pointer))
      if (source !== null) return { opened: source }
      failure = new GitwardError('MALFORMED', 'its content is not UTF-8 text')
    } catch (error) {
      if (!(error instanceof GitwardError)) throw error
      failure = error
    }
  }
  return { left: failure! }
}

import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import type { GitPath } from '../../core/path.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { mayHoldTokens, parseToken } from '../../envelope/token.ts'
import type { Format } from '../../formats/format.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import { isLfsPointer } from '../../git/lfs-pointer.ts'
import {
  isInLfs,
  pointerScope,
  protectionOf,
  protectionScopes,
  type CompiledPolicy,
  type Protection,
  type SealedValues,
} from '../../policy/policy.ts'
import { tokenIn } from '../filter/held-values.ts'
import { locateValues, type PlacedValue } from '../filter/located.ts'
import { isTemporaryPath } from '../names.ts'

/** Everything but what the scanner and the attributes say (DESIGN §6 `kind`). */
export type ProofKind = 'plaintext' | 'malformed' | 'unknown-key' | 'wrong-scope' | 'moved-out' | 'symlink'

/** One thing that must not be so, where it stands. Holds no text of the file. */
export interface Flaw {
  readonly kind: ProofKind
  /** Pointer of the value; null for a whole file. */
  readonly pointer: string | null
  /** UTF-16 offset into the text; 0 for a whole file. */
  readonly offset: number
}

/** What a tree says about its own protection: judging needs no key and trusts nothing of this machine. */
export interface Judge {
  readonly policy: CompiledPolicy
  /** The scope whose epoch file is named after this kid; null if none is. */
  scopeOf(kid: Bytes): string | null
}

/** A file of a tree. */
export interface Exhibit {
  readonly path: GitPath
  readonly mode: string
  /** Of a file in git-lfs its first bytes, where this clone has them. */
  readonly bytes: Bytes
}

/**
 * What keeps a file from being what its policy asks for: canonical ciphertext under a known key of the right scope
 * where it is protected, none where it is not. It proves form, not that the bytes are random.
 */
export async function flawsOf(judge: Judge, { path, mode, bytes }: Exhibit): Promise<Flaw[]> {
  if (isTemporaryPath(path)) return [whole('plaintext')] // or half an envelope
  const protection = protectionOf(judge.policy, path)
  if (mode === '120000') return protection ? [whole('symlink')] : []
  const what = recognise(bytes)
  if (!protection && isEnvelope(what)) return judge.scopeOf(what.kid) === null ? [] : [whole('moved-out')]
  if (!protection)
    return mayHoldTokens(bytes) && formatNameOf(path) !== null
      ? movedOut(await valueFlaws(judge, path, bytes, UNPROTECTED))
      : []
  if (bytes.length === 0) return []
  if (protection.mode === 'whole' || what.kind !== 'plain') return wholeFlaws(judge, bytes, protection)
  return valueFlaws(judge, path, bytes, protection)
}

/** Selects nothing: whatever token stands there has moved out of protection. */
const UNPROTECTED: SealedValues = { mode: 'values', rules: [] }
const movedOut = (flaws: readonly Flaw[]): Flaw[] => flaws.filter(({ kind }) => kind === 'moved-out')

const whole = (kind: ProofKind): Flaw => ({ kind, pointer: null, offset: 0 })

function wholeFlaws(judge: Judge, bytes: Bytes, protection: Protection): Flaw[] {
  const what = recognise(bytes)
  if (isInLfs(protection) && isLfsPointer(bytes)) return [] // its content is elsewhere: the caller says so
  if (what.kind === 'plain') return [whole('plaintext')]
  if (!isEnvelope(what)) return [whole('malformed')]
  const flaw = keyFlaw(judge, what.kid, protectionScopes(protection))
  return flaw ? [whole(flaw)] : []
}

function keyFlaw(judge: Judge, kid: Bytes, scopes: readonly (string | null)[]): ProofKind | null {
  const scope = judge.scopeOf(kid)
  if (scope === null) return 'unknown-key'
  return scopes.includes(scope) ? null : 'wrong-scope'
}

/** A file whose values nobody can find proves nothing: it counts as plaintext. */
async function valueFlaws(
  judge: Judge,
  path: GitPath,
  bytes: Bytes,
  protection: SealedValues,
): Promise<Flaw[]> {
  const name = formatNameOf(path)
  const text = decodeUtf8(bytes)
  if (name === null || text === null) return [whole('plaintext')]
  const format = await loadFormat(name)
  const values = locatedOrNull(format, text, pointer => pointerScope(protection, pointer) !== null)
  if (!values) return [whole('plaintext')]
  return values.flatMap(value => {
    const kind = valueFlaw(judge, format, value, protection)
    return kind === null ? [] : [{ kind, pointer: value.pointers[0]!, offset: value.start }]
  })
}

function valueFlaw(
  judge: Judge,
  format: Format,
  { pointers, source }: PlacedValue,
  protection: SealedValues,
): ProofKind | null {
  const scopes = pointers.map(pointer => pointerScope(protection, pointer))
  const token = tokenIn(format, source)
  const isSelected = scopes.some(scope => scope !== null)
  if (token === null) return isSelected ? 'plaintext' : null
  const { kid } = parseToken(token)!
  if (!isSelected) return judge.scopeOf(kid) === null ? null : 'moved-out'
  return keyFlaw(judge, kid, scopes)
}

function locatedOrNull(
  format: Format,
  text: string,
  isSealed: (pointer: string) => boolean,
): readonly PlacedValue[] | null {
  try {
    const { values, torn } = locateValues(format, text, isSealed)
    return torn.some(isSealed) ? null : values
  } catch (error) {
    if (hasCode(error, 'MALFORMED')) return null
    throw error
  }
}

import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { openMovedToken, parseToken } from '../../envelope/token.ts'
import { findKey } from '../../keys/keyring.ts'
import { pointerScope, protectionScopes } from '../../policy/policy.ts'
import { noKey, openNamed } from '../files/open-envelope.ts'
import type { PlacedValue } from '../filter/located.ts'
import type { FilterEffects } from '../filter/session.ts'
import { openOne } from '../filter/smudge-values.ts'
import { openFile } from './open.ts'
import { store, type StoredAs } from './store.ts'
import { workFile, type WorkFile } from './work-file.ts'

/** The only crossing of scopes there is: both ends are named by a person. */
export interface Crossing {
  readonly from: string
  readonly to: string
}

export interface Resealed {
  readonly file: string
  /** What was sealed for another place or scope: the pointer, or '' for the whole file. */
  readonly moved: readonly { readonly pointer: string; readonly from: string; readonly to: string }[]
  /** Null if nothing had to be written. */
  readonly storedAs: StoredAs | null
}

/**
 * Makes a file's ciphertext fit the place where it stands: opens what belongs to another pointer of its scope, and
 * what belongs to scope `from` where the policy now says `to`. Stages nothing.
 * @throws {GitwardError} WRONG_SCOPE for a crossing that was not asked for, LOCKED, UNKNOWN_KEY or TAMPERED for
 *   what does not open at all. Nothing is written then.
 */
export async function resealFile(
  effects: FilterEffects,
  name: string,
  crossing: Crossing | null,
): Promise<Resealed> {
  const work = await workFile(effects, name)
  const moved: Resealed['moved'][number][] = []
  const note = (pointer: string, from: string, to: string) => moved.push({ pointer, from, to })
  let fitting = 0
  const whole = openMovedFile(work, crossing, note)
  const { bytes, wasSealed } = whole
    ? { bytes: whole, wasSealed: false }
    : await openFile(work, (value, token) => {
        const outcome = openOne(work.keys!, work.protection!, value, token)
        if ('opened' in outcome) fitting++
        return 'opened' in outcome ? outcome.opened : openMoved(work, value, token, crossing, note)
      })
  if (moved.length === 0) return { file: name, moved, storedAs: null }
  return { file: name, moved, storedAs: await store(work, bytes, { wasSealed: wasSealed && fitting > 0 }) }
}

type Note = (pointer: string, from: string, to: string) => unknown

/** The plaintext of an envelope that belongs to another scope; null for anything else. */
function openMovedFile(work: WorkFile, crossing: Crossing | null, note: Note): Bytes | null {
  const { name, bytes, keys, protection } = work
  const what = recognise(bytes)
  const scope = keys && isEnvelope(what) ? keys.scopeOf(what.kid) : null
  if (!keys || !isEnvelope(what) || scope === null) return null
  const scopes = protection ? protectionScopes(protection) : []
  if (scopes.includes(scope)) return null
  const to = assertCrossing(name, scope, scopes, crossing)
  const unlocked = findKey(keys.keyring, what.kid)
  if (!unlocked) throw noKey(keys, name, what.kid)
  note('', scope, to)
  return openNamed(unlocked.key, what, name)
}

function openMoved(
  { name, keys, protection }: WorkFile,
  { pointers }: PlacedValue,
  text: string,
  crossing: Crossing | null,
  note: Note,
): string {
  const place = `${name}: ${pointers[0]}`
  const token = parseToken(text)!
  const scope = keys!.scopeOf(token.kid)
  const unlocked = findKey(keys!.keyring, token.kid)
  if (scope === null) throw noKey(keys!, place, token.kid)
  const scopes = pointers.flatMap(pointer => pointerScope(protection, pointer) ?? [])
  const to = scopes.includes(scope) ? scope : assertCrossing(place, scope, scopes, crossing)
  if (!unlocked) throw noKey(keys!, place, token.kid)
  note(pointers[0]!, scope, to)
  try {
    return asText(openMovedToken(unlocked.key, token))
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    throw new GitwardError(error.code, `${place}: ${error.message}`, {
      hint: `git log -p -- ${shellWord(name)}`,
      cause: error,
    })
  }
}

function asText(source: Bytes): string {
  const text = decodeUtf8(source)
  if (text === null) throw new GitwardError('MALFORMED', 'its content is not UTF-8 text')
  return text
}

/** The scope to cross into. @throws {GitwardError} WRONG_SCOPE unless a person named exactly this crossing. */
function assertCrossing(
  place: string,
  from: string,
  here: readonly string[],
  crossing: Crossing | null,
): string {
  const [first] = here
  if (first === undefined)
    throw new GitwardError('WRONG_SCOPE', `${place}: the policy does not protect this place`, {
      hint: 'gitward protect PATTERN',
    })
  if (crossing?.from === from && here.includes(crossing.to)) return crossing.to
  throw new GitwardError(
    'WRONG_SCOPE',
    `${place}: this is of scope ${from}, but the policy puts it into ${first}`,
    {
      hint: `if that is meant: gitward reseal --from ${from} --to ${first} FILE`,
    },
  )
}

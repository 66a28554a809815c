import { decodeUtf8, utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { isEnvelope, recognise, type Envelope } from '../../envelope/recognise.ts'
import { isDamagedToken, mayHoldTokens, mayHoldTokenStarts, parseToken } from '../../envelope/token.ts'
import { noneSealed, type Format } from '../../formats/format.ts'
import { loadFormat } from '../../formats/table.ts'
import { findKey } from '../../keys/keyring.ts'
import { pointerScope, protectionScopes, type Protection } from '../../policy/policy.ts'
import { broken, noKey, openNamed } from '../files/open-envelope.ts'
import { tokenIn } from '../filter/held-values.ts'
import { locateValues, type PlacedValue } from '../filter/located.ts'
import { openOne, type Outcome } from '../filter/smudge-values.ts'
import { printable } from '../../core/printable.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { PlacedBytes } from './work-file.ts'

/** The plaintext of a file. */
export interface Opened {
  readonly bytes: Bytes
  /** True if something was opened for it, and no protected value stood there in plain. */
  readonly wasSealed: boolean
}

/** Opens one token where it stands; its source text, or null to leave it. May throw. */
export type TokenOpener = (value: PlacedValue, token: string) => string | null

/**
 * Opens everything in a file that is ciphertext. Unlike smudge it fails where something is not what it should be.
 * @throws {GitwardError} LOCKED, UNKNOWN_KEY, WRONG_SCOPE, MOVED, TAMPERED or MALFORMED, for the first that fails.
 */
export const openStrictly = (placed: PlacedBytes): Promise<Opened> =>
  openFile(
    placed,
    (value, token) => {
      const outcome = outcomeOf(placed, value, token)
      if ('opened' in outcome) return outcome.opened
      throw whyLeft(placed, value, token, outcome.left)
    },
    // for the filter a damaged token is text; whoever reads the value must not take it for one
    ({ pointers, source }) => {
      for (const pointer of pointers) assertUndamaged(placed, pointer, source)
    },
  )

/** The same, but tokens that do not open stay. An envelope opens or fails. */
export const openWhatOpens = (placed: PlacedBytes): Promise<Opened> =>
  openFile(placed, (value, token) => {
    const outcome = outcomeOf(placed, value, token)
    return 'opened' in outcome ? outcome.opened : null
  })

const outcomeOf = ({ keys, protection }: PlacedBytes, value: Pick<PlacedValue, 'pointers'>, token: string) =>
  openOne(keys!, protection!, value, token)

/** @throws {GitwardError} as `openStrictly`, if a token that stands at `pointer` does not open there. */
export function assertOpens(placed: PlacedBytes, pointer: string, token: string): void {
  const value = { pointers: [pointer] }
  const outcome = outcomeOf(placed, value, token)
  if (!('opened' in outcome)) throw whyLeft(placed, value, token, outcome.left)
}

/** @throws {GitwardError} MALFORMED if a protected value is what damage left of a token. */
export function assertUndamaged(
  { name, protection }: Pick<PlacedBytes, 'name' | 'protection'>,
  pointer: string,
  source: string,
): void {
  if (!isDamagedToken(unquoted(source)) || pointerScope(protection, pointer) === null) return
  throw new GitwardError('MALFORMED', `${name}: ${printable(pointer)} holds a damaged token`, {
    hint: `git log -p -- ${shellWord(name)}`,
  })
}

const unquoted = (source: string): string => source.replaceAll(/^["']|["']$/g, '')

/** @param judgePlain sees each value that is no token, wherever a damaged one may stand. May throw. */
export async function openFile(
  placed: PlacedBytes,
  openToken: TokenOpener,
  judgePlain?: (value: PlacedValue) => void,
): Promise<Opened> {
  const { name, bytes, format, keys, protection } = placed
  const what = recognise(bytes)
  if (what.kind === 'malformed' || what.kind === 'unsupported') throw broken(what.reason, name)
  if (isEnvelope(what)) return { bytes: openWhole(placed, what), wasSealed: true }
  if (what.kind === 'portable')
    throw new GitwardError('USAGE', `${name} is a portable envelope`, {
      hint: `gitward decrypt ${shellWord(name)} -o -`,
    })
  const judge = protection?.mode === 'values' && mayHoldTokenStarts(bytes) ? judgePlain : undefined
  if (!keys || !protection || format === null || !(judge || mayHoldTokens(bytes)))
    return { bytes, wasSealed: false }
  return openTokens(placed, await loadFormat(format), decodeUtf8(bytes)!, openToken, judge)
}

function openTokens(
  { name, protection }: PlacedBytes,
  format: Format,
  text: string,
  openToken: TokenOpener,
  judgePlain: (value: PlacedValue) => void = () => {},
): Opened {
  const isSealed = (pointer: string) => pointerScope(protection, pointer) !== null
  let opened = 0
  let plain = 0
  const openedText = inFile(name, () =>
    locateValues(format, text, noneSealed).replace(value => {
      const token = tokenIn(format, value.source)
      if (token === null) judgePlain(value)
      if (token === null && value.pointers.some(isSealed)) plain++
      const source = token === null ? null : openToken(value, token)
      if (source !== null) opened++
      return source
    }, isSealed),
  )
  return { bytes: utf8(openedText), wasSealed: opened > 0 && plain === 0 }
}

/** Scope comes first: a key opens nothing where the policy does not put its scope. */
function openWhole({ name, keys, protection }: PlacedBytes, envelope: Envelope): Bytes {
  if (!keys) throw outsideRepository(name)
  const scope = keys.scopeOf(envelope.kid)
  if (scope !== null) assertScope(name, scope, protection)
  const unlocked = findKey(keys.keyring, envelope.kid)
  if (!unlocked) throw noKey(keys, name, envelope.kid)
  return openNamed(unlocked.key, envelope, name)
}

function assertScope(name: string, scope: string, protection: Protection | null): void {
  if (protection && protectionScopes(protection).includes(scope)) return
  throw new GitwardError(
    'WRONG_SCOPE',
    `${name}: the policy does not let this path open ciphertext of scope ${scope}`,
    { hint: `gitward decrypt ${shellWord(name)} -o -` },
  )
}

const outsideRepository = (name: string) =>
  new GitwardError('LOCKED', `${name} lies outside any repository, so no key is at hand`, {
    hint: `cd into the repository that it came from, then: gitward cat ${shellWord(name)}`,
  })

function whyLeft(
  { name, keys }: PlacedBytes,
  { pointers }: Pick<PlacedValue, 'pointers'>,
  token: string,
  left: Extract<Outcome, { left: unknown }>['left'],
): GitwardError {
  const place = `${name}: ${pointers[0]}`
  if (left === 'locked') return noKey(keys!, place, parseToken(token)!.kid)
  const hint = left.hint ?? `git log -p -- ${name}`
  return new GitwardError(left.code, `${place}: ${left.message}`, { hint, cause: left })
}

/** Puts the file in front of what a parser or the relocation check said. */
export function inFile<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!hasCode(error, 'MALFORMED', 'REFUSED') || error.hint !== undefined) throw error
    const separator = error.code === 'MALFORMED' ? ':' : ': '
    throw new GitwardError(error.code, `${name}${separator}${error.message}`, {
      hint: `gitward edit ${shellWord(name)}`,
    })
  }
}

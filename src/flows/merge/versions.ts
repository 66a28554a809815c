import { decodeUtf8, utf8 } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { openToken, parseToken, sealToken } from '../../envelope/token.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { noneSealed, type Format } from '../../formats/format.ts'
import { splice } from '../../formats/splice.ts'
import { findKey, type Keyring } from '../../keys/keyring.ts'
import { tokenIn } from '../filter/held-values.ts'
import type { Versions } from './lines.ts'

/** One value of one version, with its plaintext where a key is unlocked. */
export interface Value {
  readonly pointer: string
  readonly start: number
  readonly end: number
  /** As it stands: a token in the format's spelling, or plain source text. */
  readonly source: string
  readonly token: string | null
  /** The scope of the token's key; null for a plain value or a locked one. */
  readonly scope: string | null
  /** Source text after opening; while it is locked, the token itself. */
  readonly plain: string
}

/** Values by pointer; pointers that stand twice are left out, for nobody can tell which is which. */
export type Document = ReadonlyMap<string, Value>

/** The keys of a merge: all that are unlocked, and the one that seals in a scope. */
export interface MergeKeys {
  readonly keyring: Keyring
  /** @throws {GitwardError} LOCKED if nothing new may be sealed there. */
  readonly sealing: (scope: string) => EpochKey
}

/** What a merge works with: one file's format and the keys. */
export interface MergeContext extends MergeKeys {
  readonly format: Format
}

/** @throws {GitwardError} MALFORMED if the text does not parse. */
export function readDocument({ format, keyring }: MergeContext, text: string): Document {
  const values = new Map<string, Value>()
  const repeated = new Set<string>()
  for (const { pointer, start, end } of format.locate(text, noneSealed)) {
    if (values.has(pointer)) repeated.add(pointer)
    const source = text.slice(start, end)
    const token = tokenIn(format, source)
    const opened = token === null ? null : openedToken(keyring, token, pointer)
    values.set(pointer, {
      pointer,
      start,
      end,
      source,
      token,
      scope: opened?.scope ?? null,
      plain: opened?.plain ?? source,
    })
  }
  for (const pointer of repeated) values.delete(pointer)
  return values
}

function openedToken(
  keyring: Keyring,
  text: string,
  pointer: string,
): { scope: string; plain: string } | null {
  const token = parseToken(text)!
  const unlocked = findKey(keyring, token.kid)
  if (!unlocked) return null
  try {
    const plain = decodeUtf8(openToken(unlocked.key, token, pointer))
    return plain === null ? null : { scope: unlocked.scope, plain }
  } catch (error) {
    if (error instanceof GitwardError) return null // tampered or moved: it merges as the text it is
    throw error
  }
}

/** Seals a source text under the newest key of a scope, spelled as the format wants it. */
export function sealedSource(
  { format, sealing }: MergeContext,
  scope: string,
  pointer: string,
  plain: string,
): string {
  return format.quote(sealToken(sealing(scope), pointer, utf8(plain)))
}

/**
 * Sealed on one side means sealed out: seals what stands plain on one side and as a token on the other.
 * @throws {GitwardError} LOCKED if the token's key is not unlocked.
 */
export function raisePlainValues(context: MergeContext, versions: Versions): Versions {
  const [ours, theirs] = [readDocument(context, versions.ours), readDocument(context, versions.theirs)]
  return {
    ...versions,
    ours: raised(context, versions.ours, ours, theirs),
    theirs: raised(context, versions.theirs, theirs, ours),
  }
}

function raised(context: MergeContext, text: string, document: Document, other: Document): string {
  const plain = [...document.values()].filter(
    value => value.token === null && isSealed(other.get(value.pointer)),
  )
  const replacements = plain.map(({ pointer, start, end, source }) => {
    const { scope } = other.get(pointer)!
    if (scope === null) {
      throw new GitwardError(
        'LOCKED',
        `${pointer} is encrypted on one side only, and its key is locked here`,
        { hint: 'gitward unlock' },
      )
    }
    return { start, end, text: sealedSource(context, scope, pointer, source) }
  })
  return splice(text, replacements)
}

const isSealed = (value: Value | undefined): boolean => value !== undefined && value.token !== null

import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import { parseToken } from '../../envelope/token.ts'
import { noneSealed, type Format } from '../../formats/format.ts'
import { locateValues } from './located.ts'

/** What git holds at each pointer of one path: tokens in the order of the index's stages, then HEAD. */
export interface HeldValues {
  /** Every different token at `pointer`. */
  tokensAt(pointer: string): readonly string[]
  holdsToken(pointer: string, token: string): boolean
  /** Every occurrence at `pointer` of one of `tokens`, in order. */
  occurrences(pointer: string, tokens: readonly string[]): readonly string[]
  holdsPlain(pointer: string, source: string): boolean
}

/** For each token at a pointer, its places in the order of all: unnamed elements share one pointer by thousands. */
type Places = ReadonlyMap<string, readonly number[]>

/** Reads held contents; one that does not parse holds no values. */
export function heldValues(format: Format, contents: readonly Bytes[]): HeldValues {
  const tokens = new Map<string, Map<string, number[]>>()
  const plain = new Map<string, Set<string>>()
  for (const [place, { pointer, source, token }] of contents
    .flatMap(each => valuesIn(format, each) ?? [])
    .entries()) {
    if (token === null) entryOf(plain, pointer, () => new Set<string>()).add(source)
    else
      entryOf(
        entryOf(tokens, pointer, () => new Map<string, number[]>()),
        token,
        () => [],
      ).push(place)
  }
  const at = (pointer: string): Places => tokens.get(pointer) ?? new Map()
  return {
    tokensAt: pointer => [...at(pointer).keys()],
    holdsToken: (pointer, token) => at(pointer).has(token),
    occurrences: (pointer, wanted) => inPlaceOrder(at(pointer), wanted),
    holdsPlain: (pointer, source) => plain.get(pointer)?.has(source) ?? false,
  }
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key) ?? make()
  map.set(key, known)
  return known
}

function inPlaceOrder(places: Places, tokens: readonly string[]): string[] {
  const found = tokens.flatMap(token => (places.get(token) ?? []).map(place => ({ token, place })))
  return found.sort((a, b) => a.place - b.place).map(({ token }) => token)
}

/** The token that the source text of a value is; null for any other value. */
export function tokenIn(format: Format, source: string): string | null {
  const text = format.unquote(source)
  return text !== null && parseToken(text) ? text : null
}

/** A value of a text that git holds. */
interface HeldValue {
  readonly pointer: string
  readonly source: string
  readonly token: string | null
}

/** Every value of a content, once for each of its pointers; null if its values cannot be told apart. */
function valuesIn(format: Format, content: Bytes): HeldValue[] | null {
  const text = decodeUtf8(content)
  if (text === null) return null
  try {
    const { values } = locateValues(format, text, noneSealed)
    return values.flatMap(({ pointers, source }) => {
      const token = tokenIn(format, source)
      return pointers.map(pointer => ({ pointer, source, token }))
    })
  } catch (error) {
    if (!hasCode(error, 'MALFORMED')) throw error
    return null
  }
}

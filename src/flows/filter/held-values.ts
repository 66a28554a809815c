import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import { parseToken } from '../../envelope/token.ts'
import { noneSealed, type Format } from '../../formats/format.ts'
import { locateValues } from './located.ts'

/** What git holds at each pointer of one path: tokens in the order of the index's stages, then HEAD. */
export interface HeldValues {
  tokensAt(pointer: string): readonly string[]
  holdsPlain(pointer: string, source: string): boolean
}

/** Reads held contents; one that does not parse holds no values. */
export function heldValues(format: Format, contents: readonly Bytes[]): HeldValues {
  const tokens = new Map<string, string[]>()
  const plain = new Map<string, Set<string>>()
  for (const { pointer, source, token } of contents.flatMap(content => valuesOf(format, content))) {
    if (token === null) plain.set(pointer, (plain.get(pointer) ?? new Set()).add(source))
    else tokens.set(pointer, [...(tokens.get(pointer) ?? []), token])
  }
  return {
    tokensAt: pointer => tokens.get(pointer) ?? [],
    holdsPlain: (pointer, source) => plain.get(pointer)?.has(source) ?? false,
  }
}

/** The token that the source text of a value is; null for any other value. */
export function tokenIn(format: Format, source: string): string | null {
  const text = format.unquote(source)
  return text !== null && parseToken(text) ? text : null
}

function valuesOf(format: Format, content: Bytes) {
  const text = decodeUtf8(content)
  if (text === null) return []
  try {
    const { values } = locateValues(format, text, noneSealed)
    return values.flatMap(({ pointers, source }) => {
      const token = tokenIn(format, source)
      return pointers.map(pointer => ({ pointer, source, token }))
    })
  } catch (error) {
    if (!hasCode(error, 'MALFORMED')) throw error
    return []
  }
}

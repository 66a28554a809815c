/** One step of a pointer: a map key with its case folded, or null for an array element, whatever its name. */
export type PointerSegment = string | null

/**
 * The segments of a pointer (SPEC "Pointer"), unescaped; none for the document itself.
 * @throws {RangeError} if `pointer` is not one: it comes from a format, never from a person.
 */
export function pointerSegments(pointer: string): PointerSegment[] {
  if (!/^(?:\/(?:[^~/]|~[012])*)*$/.test(pointer)) throw new RangeError(`not a pointer: ${pointer}`)
  return pointer.split('/').slice(1).map(segmentOf)
}

function segmentOf(escaped: string): PointerSegment {
  if (escaped === '-' || escaped.startsWith('-=')) return null
  return foldCase(escaped.replaceAll(/~[012]/g, escape => UNESCAPED[escape]!))
}

const UNESCAPED: Readonly<Record<string, string>> = { '~0': '~', '~1': '/', '~2': '-' }

/** Upper case: unlike lower case it never depends on the letters around (final sigma). */
export const foldCase = (text: string): string => text.toUpperCase()

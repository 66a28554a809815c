/** One step of a pointer: a map key, or an array element with the name that it has. */
export type PointerStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'element'; readonly name: string | null }

/** One step as globs see it: a map key with its case folded, or null for an array element, whatever its name. */
export type PointerSegment = string | null

/** True if `text` has the form of a pointer (SPEC "Pointer"). */
export const isPointer = (text: string): boolean => /^(?:\/(?:[^~/]|~[012])*)*$/.test(text)

/**
 * The steps of a pointer, unescaped; none for the document itself.
 * @throws {RangeError} if it is no pointer: the caller has it from a format, or has asked `isPointer`.
 */
export function pointerSteps(pointer: string): PointerStep[] {
  if (!isPointer(pointer)) throw new RangeError(`not a pointer: ${pointer}`)
  return pointer.split('/').slice(1).map(stepOf)
}

function stepOf(escaped: string): PointerStep {
  const content = escaped.replaceAll(/~[012]/g, escape => UNESCAPED[escape]!)
  if (escaped === '-') return { kind: 'element', name: null }
  if (escaped.startsWith('-=')) return { kind: 'element', name: content.slice(2) }
  return { kind: 'key', key: content }
}

const UNESCAPED: Readonly<Record<string, string>> = { '~0': '~', '~1': '/', '~2': '-' }

/** The pointer of the place that map keys lead to. */
export const pointerOf = (keys: readonly string[]): string =>
  keys.map(key => `/${key.replaceAll('~', '~0').replaceAll('/', '~1').replace(/^-/, '~2')}`).join('')

/** The steps of a pointer for globs. @throws {RangeError} as `pointerSteps`. */
export const pointerSegments = (pointer: string): PointerSegment[] =>
  pointerSteps(pointer).map(step => (step.kind === 'key' ? foldCase(step.key) : null))

/** Upper case: unlike lower case it never depends on the letters around (final sigma). */
export const foldCase = (text: string): string => text.toUpperCase()

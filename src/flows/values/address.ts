import { GitwardError } from '../../core/errors.ts'
import { isPointer, pointerSteps } from '../../policy/pointers.ts'

/** What `FILE[:POINTER]` names. */
export interface Address {
  readonly file: string
  /** As typed; null for the whole file. */
  readonly pointer: string | null
}

/**
 * Splits `FILE[:POINTER]` where the longest existing file name ends, so that colons may stand in names, in keys
 * and behind drive letters. Where no file exists, at the first colon that is no drive letter's.
 */
export function splitAddress(argument: string, isFile: (name: string) => boolean): Address {
  if (isFile(argument)) return { file: argument, pointer: null }
  const colons = [...argument.matchAll(/:/g)].map(({ index }) => index)
  const afterDrive = colons.filter(at => !(at === 1 && /^[A-Za-z]:[\\/]/.test(argument)))
  const at = afterDrive.findLast(each => isFile(argument.slice(0, each))) ?? afterDrive[0]
  if (at === undefined) return { file: argument, pointer: null }
  return { file: argument.slice(0, at), pointer: argument.slice(at + 1) }
}

/** One step of a path that a person typed. */
export type Step =
  | { readonly kind: 'key'; readonly text: string }
  /** `-=name`, or `-` for any element. */
  | { readonly kind: 'element'; readonly name: string | null }

/**
 * The steps of `/a/b` (SPEC "Pointer") or `a.b`, where `\.` is a dot of a key. In a flat file the dotted form is
 * one key as it stands.
 * @throws {GitwardError} USAGE for what is neither.
 */
export function stepsOf(pointer: string, { isFlat = false } = {}): Step[] {
  if (pointer.startsWith('/')) {
    if (!isPointer(pointer)) throw notAPath(pointer, '~ stands only in ~0, ~1 and ~2')
    return pointerSteps(pointer).map(step =>
      step.kind === 'key' ? { kind: 'key', text: step.key } : { kind: 'element', name: step.name },
    )
  }
  const texts = isFlat && pointer !== '' ? [pointer] : dotted(pointer)
  if (texts.includes('')) throw notAPath(pointer, 'a key between dots is empty')
  return texts.map(text => ({ kind: 'key', text }))
}

function dotted(pointer: string): string[] {
  const texts = ['']
  for (const [token] of pointer.matchAll(/\\[.\\]|[^]/g)) {
    if (token === '.') texts.push('')
    else texts.push(texts.pop()! + token.slice(-1))
  }
  return texts
}

function notAPath(pointer: string, why: string): GitwardError {
  return new GitwardError('USAGE', `"${pointer}" is no pointer: ${why}`, {
    hint: String.raw`write a.b or /a/b; \. for a dot in a key: gitward get FILE:a.b`,
  })
}

/** A key as the dotted form writes it. */
export const dottedKey = (key: string): string => key.replaceAll(/[.\\]/g, String.raw`\$&`)

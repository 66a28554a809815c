import { decodeUtf8, type Bytes } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import { mutants, type Mutant } from '../../tools/mutants.ts'

/** What a reader made of a mutant: an error of the table, what the original says, or something else. */
type Verdict = 'refused' | 'same' | 'other'

/** `read` gives what the bytes mean, as something that JSON can spell; it throws for bytes that it refuses. */
export type Read = (bytes: Bytes) => unknown

/** @throws whatever is no GitwardError: a crash. */
function meaning(read: Read, bytes: Bytes): string | null {
  try {
    return JSON.stringify(read(bytes))
  } catch (error) {
    if (error instanceof GitwardError && error.exitCode > 1) return null
    throw error
  }
}

/** Every mutant that is not refused, with what became of it; `isMeant` chooses among the bytes. */
export function accepted(
  original: Bytes,
  read: Read,
  isMeant?: (at: number) => boolean,
): (Mutant & { readonly verdict: Verdict })[] {
  const wanted = meaning(read, original)
  if (wanted === null) throw new Error('the original is refused')
  const found: (Mutant & { verdict: Verdict })[] = []
  for (const mutant of mutants(original, isMeant)) {
    const said = meaning(read, mutant.bytes)
    if (said !== null) found.push({ ...mutant, verdict: said === wanted ? 'same' : 'other' })
  }
  return found
}

/**
 * The lines of an ASCII text, each above a line of marks, one a byte; the line feed is a `$`. A blank says that every mutant
 * of the byte is refused, `=` that some mean the same as the original, `*` that some mean something else.
 */
export function picture(original: Bytes, read: Read): string[] {
  const marks = Array.from(original, () => ' ')
  for (const { at, verdict } of accepted(original, read))
    if (marks[at] !== '*') marks[at] = verdict === 'same' ? '=' : '*'
  const shown = decodeUtf8(original)!.replaceAll('\n', '$\n').split('\n')
  let at = 0
  return shown.slice(0, -1).flatMap(line => {
    const start = at
    at += line.length
    return [line, marks.slice(start, at).join('').trimEnd()]
  })
}

/** Text of a mutant, as gitward reads it: what is not UTF-8 is refused before any parser sees it. */
export function textOf(bytes: Bytes): string {
  const text = decodeUtf8(bytes)
  if (text === null) throw new GitwardError('CONFIG', 'not UTF-8')
  return text
}

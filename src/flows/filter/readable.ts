import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { printable } from '../../core/printable.ts'
import type { Format } from '../../formats/format.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import { POLICY_PATH } from '../names.ts'

/** @throws {GitwardError} CONFIG for bytes that are no text of any format. */
export function textOf(path: GitPath, bytes: Bytes): string {
  const text = decodeUtf8(bytes)
  if (text === null) throw inseparable(path, 'it is not UTF-8 text')
  // no format allows them, yet a parser may read UTF-16 as one long word
  if (text.includes('\0')) throw inseparable(path, 'it holds NUL bytes')
  return text
}

/** @throws {GitwardError} CONFIG for a path whose format is unknown. */
export async function formatFor(path: GitPath): Promise<Format> {
  const name = formatNameOf(path)
  if (name !== null) return loadFormat(name)
  throw inseparable(path, 'its format is unknown')
}

/** Puts the path in front of what a parser or the relocation check said, with the way out. */
export function inPath<T>(path: GitPath, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!hasCode(error, 'MALFORMED', 'REFUSED') || error.hint !== undefined) throw error
    const separator = error.code === 'MALFORMED' ? ':' : ': '
    throw new GitwardError(error.code, `${shown(path)}${separator}${printable(error.message)}`, {
      hint: `mend the file, or ${NARROW}`,
    })
  }
}

const inseparable = (path: GitPath, why: string) =>
  new GitwardError('CONFIG', `${shown(path)}: its values cannot be told apart, for ${why}`, {
    hint: NARROW,
  })

/** Only then can a rule of its own, say for the whole file, protect the path: two kinds of rules cannot meet. */
const NARROW = `narrow the pattern that reaches it in ${POLICY_PATH}, then: gitward policy accept`

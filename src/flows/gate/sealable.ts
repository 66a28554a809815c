import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shown } from '../../core/path.ts'
import { quoted, shellWord } from '../../core/shell-word.ts'
import type { Format } from '../../formats/format.ts'
import { loadFormat } from '../../formats/table.ts'
import { patternOf } from '../../policy/literal.ts'
import { pointerScope } from '../../policy/policy.ts'
import type { RawFinding } from '../../scan/rule.ts'
import { locateValues, type PlacedValue } from '../filter/located.ts'
import type { WorkFile } from '../values/work-file.ts'

/**
 * The pointers of the values that hold `findings`.
 * @throws {GitwardError} USAGE, with the command that protects the whole file, where a finding stands in no value.
 */
export async function sealablePointers(
  work: WorkFile,
  findings: readonly RawFinding[],
): Promise<readonly string[]> {
  const { bytes, format } = work
  const text = decodeUtf8(bytes)
  if (format === null) throw onlyWhole(work, 'gitward knows no values in a file of this name')
  if (text === null) throw onlyWhole(work, 'the file is not UTF-8 text')
  const values = valuesOf(work, await loadFormat(format), text)
  const pointers = findings.flatMap(finding => {
    const [start, end] = [unitsBefore(bytes, finding.start), unitsBefore(bytes, finding.end)]
    const holders = values.filter(value => value.start < end && start < value.end)
    if (holders.length === 0)
      throw onlyWhole(
        work,
        `the secret of line ${finding.line} stands in no value, but in a comment or a key`,
      )
    return holders.flatMap(holder => holder.pointers)
  })
  return [...new Set(pointers)]
}

function valuesOf(work: WorkFile, format: Format, text: string): readonly PlacedValue[] {
  try {
    return locateValues(format, text, pointer => pointerScope(work.protection, pointer) !== null).values
  } catch (error) {
    if (hasCode(error, 'MALFORMED'))
      throw onlyWhole(work, `its values cannot be told apart: ${error.message}`)
    throw error
  }
}

/** UTF-16 units in front of a byte offset. */
const unitsBefore = (bytes: Bytes, at: number): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, at).toString().length

/** Where rules for values reach a file already, none for the whole file can. */
const onlyWhole = ({ path, protection }: WorkFile, why: string): GitwardError =>
  new GitwardError('USAGE', `${shown(path)}: ${why}`, {
    hint: protection
      ? `move it into a value, then: git add ${shellWord(shown(path))}`
      : `gitward protect --whole ${quoted(patternOf(path))}`,
  })

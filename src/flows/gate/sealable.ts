import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shown } from '../../core/path.ts'
import { loadFormat } from '../../formats/table.ts'
import { patternOf } from '../../policy/literal.ts'
import { pointerScope } from '../../policy/policy.ts'
import type { RawFinding } from '../../scan/rule.ts'
import { locateValues } from '../filter/located.ts'
import type { WorkFile } from '../values/work-file.ts'

/**
 * The pointers of the values that hold `findings`.
 * @throws {GitwardError} USAGE, with the command that protects the whole file, where a finding stands in no value.
 */
export async function sealablePointers(
  work: WorkFile,
  findings: readonly RawFinding[],
): Promise<readonly string[]> {
  const { bytes, format, protection } = work
  const text = decodeUtf8(bytes)
  if (format === null) throw onlyWhole(work, 'gitward knows no values in a file of this name')
  if (text === null) throw onlyWhole(work, 'the file is not UTF-8 text')
  const isSealed = (pointer: string) => pointerScope(protection, pointer) !== null
  const { values } = locateValues(await loadFormat(format), text, isSealed)
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

/** UTF-16 units in front of a byte offset. */
const unitsBefore = (bytes: Bytes, at: number): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, at).toString().length

const onlyWhole = ({ path }: WorkFile, why: string): GitwardError =>
  new GitwardError('USAGE', `${shown(path)}: ${why}`, {
    hint: `gitward protect --whole '${patternOf(path)}'`,
  })

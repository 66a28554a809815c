import { isDeepStrictEqual } from 'node:util'
import { GitwardError } from '../../core/errors.ts'
import { yamlEditor } from '../../formats/yaml-editor.ts'

/** A mapping of plain data. */
export type Data = Readonly<Record<string, unknown>>

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The one mapping that a YAML text holds, empty for an empty text; null if it holds anything else. */
export function readYaml(text: string): Data | null {
  try {
    const data = yamlEditor.parse(text) ?? {}
    return isData(data) ? data : null
  } catch (error) {
    if (error instanceof GitwardError) return null
    throw error
  }
}

/** The first candidate that reads as `meant`; null if none does. */
export const proven = (candidates: readonly string[], meant: Data): string | null =>
  candidates.find(text => isDeepStrictEqual(readYaml(text), meant)) ?? null

/** `text` with a block of lines at its end. */
export const appended = (text: string, block: string): string =>
  `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${block}`

/**
 * `text` with a block behind its line `index`, as far to the right as what stands there, or two columns further
 * than that line.
 */
export function insertedBehind(text: string, index: number, block: string): string {
  const lines = text.split('\n')
  const next = lines.slice(index + 1).find(line => /^ *[^ #\r]/.test(line)) ?? ''
  const least = columnOf(lines[index]!)
  const column = columnOf(next) > least || /^ *- /.test(next) ? columnOf(next) : least + 2
  return lines.toSpliced(index + 1, 0, ...reindented(block, column)).join('\n')
}

const columnOf = (line: string): number => /^ */.exec(line)![0].length

function reindented(block: string, column: number): string[] {
  const lines = block.trimEnd().split('\n')
  const first = columnOf(lines[0]!)
  return lines.map(line => ' '.repeat(column) + line.slice(first))
}

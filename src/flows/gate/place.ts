import { relative, resolve, sep } from 'node:path'
import { GitwardError } from '../../core/errors.ts'

/** `FILE:LINE` as a person typed it. */
export interface TypedPlace {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
}

/** Splits at the last colon. Null for anything that does not end in a line number. */
export function parsePlace(text: string): TypedPlace | null {
  const [, file, line] = /^(.+):(\d{1,9})$/s.exec(text) ?? []
  return file === undefined || Number(line) === 0 ? null : { file, line: Number(line) }
}

/** The same for a command that takes nothing else. @throws {GitwardError} USAGE. */
export function requirePlace(text: string, command: string): TypedPlace {
  const place = parsePlace(text)
  if (place) return place
  throw new GitwardError('USAGE', `${command}: "${text}" is no FILE:LINE`, { hint: 'gitward check' })
}

/** True if a finding covers the line. */
export const covers = (finding: { readonly line: number; readonly endLine: number }, line: number): boolean =>
  finding.line <= line && line <= finding.endLine

/** What `file` may mean inside the repository: seen from here, else from the root, as reports write it. */
export function readingsOf(top: string, cwd: string, file: string): string[] {
  const fromHere = relative(top, resolve(cwd, file)).split(sep).join('/')
  return [...new Set([fromHere, file])]
}

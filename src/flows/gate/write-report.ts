import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { writeAtomic } from '../disk.ts'

/** Writes a report to a file, whole or not at all. */
export const writeReport = (cwd: string, file: string, text: string): void =>
  writeAtomic(path.resolve(cwd, file), text)

/** Adds to a page that the steps of a CI job share. */
export const appendToReport = (file: string, text: string): void => appendFileSync(file, text)

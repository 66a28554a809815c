import path from 'node:path'
import { writeAtomic } from '../disk.ts'

/** Writes a report to a file, whole or not at all. */
export const writeReport = (cwd: string, file: string, text: string): void =>
  writeAtomic(path.resolve(cwd, file), text)

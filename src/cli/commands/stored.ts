import type { Changed } from '../../flows/values/change.ts'
import type { Printer } from '../print.ts'

/** What a command that changed one value says: what it did, and what is left to do. */
export function printStored(
  print: Printer,
  file: string,
  { path, storedAs, isProtected }: Changed,
  verb: 'set' | 'added' | 'removed',
): void {
  const how =
    storedAs === 'sealed' ? ', encrypted as the file is' : isProtected ? '; git add encrypts it' : ''
  print.note(`${verb} ${path} in ${file}${verb === 'removed' ? '' : how}`)
}

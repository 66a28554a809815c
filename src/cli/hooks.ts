import type { HooksReport } from '../flows/hooks/install.ts'
import type { Printer } from './print.ts'

/** What `init` and `unlock` say of the hooks that they installed. */
export function printHooks(print: Printer, { kind, written, problems }: HooksReport): void {
  if (written.length > 0) print.note(`hooks run by ${kind}: wrote ${written.join(', ')}`)
  for (const { what, mend } of problems) print.warn(`${what}\n  try: ${mend}`)
}

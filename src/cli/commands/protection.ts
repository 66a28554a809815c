import { shownPath, type ProtectReport } from '../../flows/setup/protect.ts'
import type { Printer } from '../print.ts'

/** What `protect` and `unprotect` say alike: what was staged, what history holds, what to type next. */
export function printProtection(
  print: Printer,
  { renormalised, inHistory }: ProtectReport,
  state: 'encrypted' | 'as plaintext',
): void {
  if (renormalised.length > 0) print.note(`staged ${state}: ${renormalised.map(shownPath).join(', ')}`)
  if (inHistory.length > 0) {
    print.warn(
      `older commits still hold the plaintext of ${inHistory.map(shownPath).join(', ')}: change those secrets`,
    )
  }
  print.note('next: git add .gitattributes .gitward && git commit')
}

import { quoted } from '../../core/shell-word.ts'
import { shownPath, type ProtectReport } from '../../flows/setup/protect.ts'
import type { Printer } from '../print.ts'

/** What `protect` and `unprotect` say alike: what was staged, what history holds, what to type next. */
export function printProtection(
  print: Printer,
  { renormalised, unsealed, unselected, idle, inHistory }: ProtectReport,
  state: 'encrypted' | 'as plaintext',
): void {
  if (renormalised.length > 0) print.note(`staged ${state}: ${renormalised.map(shownPath).join(', ')}`)
  for (const path of unsealed) {
    const name = shownPath(path)
    print.warn(`${name} stays plaintext: \`gitward status ${quoted(name)}\` says why`)
  }
  if (unselected.length > 0)
    print.warn(`the policy selects no value of ${unselected.map(shownPath).join(', ')}`)
  for (const glob of idle) print.warn(`the keys glob ${glob} selects nothing in the files that are there`)
  if (inHistory.length > 0) {
    print.warn(
      `older commits still hold the plaintext of ${inHistory.map(shownPath).join(', ')}: change those secrets`,
    )
  }
  print.note('next: git add .gitattributes .gitward && git commit')
}

import { inRepository } from '../../flows/context.ts'
import { fixSecret, type Fixed } from '../../flows/gate/fix.ts'
import { requirePlace } from '../../flows/gate/place.ts'
import { shownPath } from '../../flows/setup/protect.ts'
import { revocationOf } from '../../report/words.ts'
import type { Command } from '../command.ts'
import type { Printer } from '../print.ts'

export const command: Command = {
  synopsis: 'fix FILE:LINE [--scope S]',
  options: { scope: { kind: 'value', value: 'S', help: 'whose keys (default: default)' } },
  operands: [1, 1],
  example: 'gitward fix config/prod.yaml:12',
  async run({ typed, surroundings, print }) {
    const place = requirePlace(typed.operands[0]!, 'fix')
    const scope = typed.value('scope') ?? 'default'
    const fixed = await fixSecret(inRepository(surroundings), { cwd: surroundings.cwd, place, scope })
    printFixed(print, fixed)
    return undefined
  },
}

function printFixed(print: Printer, { path, pointers, findings, remaining, isInHistory }: Fixed): void {
  const file = shownPath(path)
  const what = pointers.length === 0 ? file : `${pointers.join(', ')} of ${file}`
  print.note(`staged encrypted: ${what}`)
  for (const line of remaining) print.warn(`the same secret still stands in plain at ${file}:${line}`)
  if (isInHistory) print.warn(`older commits still hold plaintext of ${file}: encrypting does not unsay it`)
  for (const revocation of new Set(findings.map(revocationOf)))
    print.warn(`if it was ever pushed or shown: ${revocation}`)
  print.note('next: git add .gitattributes .gitward && git commit')
}

import { inRepository } from '../../flows/context.ts'
import { unlock, type UnlockReport } from '../../flows/people/unlock.ts'
import { shownPath } from '../../flows/setup/protect.ts'
import type { Command } from '../command.ts'
import { printHooks } from '../hooks.ts'
import type { Printer } from '../print.ts'
import { onProgress } from '../progress.ts'
import { readStandardInput } from '../standard-input.ts'

export const command: Command = {
  synopsis: 'unlock [--identity FILE]… [--key FILE|-] [--expect FINGERPRINT]',
  options: {
    identity: {
      kind: 'list',
      value: 'FILE',
      help: 'age identity file to try (default: the environment, then yours)',
    },
    key: {
      kind: 'value',
      value: 'FILE',
      help: 'file with [scope=]key instead of an identity; - for standard input',
    },
    expect: { kind: 'value', value: 'FINGERPRINT', help: 'the fingerprint that a teammate told you' },
  },
  operands: [0, 0],
  example: 'gitward unlock',
  async run(input) {
    const { typed, surroundings, print } = input
    const keyFile = typed.value('key')
    const report = await unlock(inRepository(surroundings), {
      identityFiles: typed.list('identity'),
      keyFile: keyFile === '-' ? undefined : keyFile,
      keyText: keyFile === '-' ? readStandardInput() : undefined,
      expect: typed.value('expect'),
      onProgress: onProgress(input),
    })
    printReport(print, report)
    return report.refused.length > 0 ? 5 : 0
  },
}

function printReport(
  print: Printer,
  { unlocked, lockedScopes, opened, refused, warnings, hooks }: UnlockReport,
): void {
  for (const { scope, epoch, fingerprint, isNew } of unlocked) {
    print.note(`unlocked scope ${scope}, epoch ${epoch}\n  fingerprint ${fingerprint}`)
    if (isNew) print.note("  new on this machine: compare it with a teammate's before you trust it")
  }
  for (const scope of lockedScopes) print.note(`scope ${scope} stays locked: you are no member of it`)
  print.note(`decrypted ${opened} file${opened === 1 ? '' : 's'}`)
  printHooks(print, hooks)
  for (const warning of warnings) print.warn(warning)
  for (const path of refused)
    print.warn(
      `${shownPath(path)}: left alone, for it holds local edits of ciphertext; try: git checkout -- ${shownPath(path)}`,
    )
}

import type { Receivers } from '../flows/files/portable.ts'
import { GitwardError } from '../core/errors.ts'
import type { OptionTable, Typed } from './command.ts'

/** Who may open the file: people by their recipients, or whoever has a key of the repository. */
export const RECIPIENT_OPTIONS: OptionTable = {
  recipient: {
    kind: 'list',
    short: 'r',
    value: 'RECIPIENT',
    help: 'make a portable file that this age recipient can open',
  },
  'recipients-file': {
    kind: 'list',
    short: 'R',
    value: 'FILE',
    help: 'the same for every recipient in a file, one a line',
  },
  scope: { kind: 'value', value: 'S', help: 'whose key of this repository (default: default)' },
}

interface Audience {
  readonly receivers: Receivers
  /** Null for a portable file. */
  readonly scope: string | null
}

/** @throws {GitwardError} USAGE for choices that exclude each other. */
export function audienceOf(command: string, typed: Typed, passphrase: boolean): Audience {
  const recipients = typed.list('recipient')
  const recipientFiles = typed.list('recipients-file')
  const hasRecipients = recipients.length + recipientFiles.length > 0
  const scope = typed.value('scope')
  if (hasRecipients && passphrase)
    throw usage(command, 'a passphrase stands alone: recipients would make it pointless')
  const isPortable = hasRecipients || passphrase
  if (isPortable && scope !== undefined)
    throw usage(
      command,
      '--scope is for the keys of a repository, -r and --passphrase for files that leave it',
    )
  return {
    receivers: { recipients, recipientFiles, passphrase },
    scope: isPortable ? null : (scope ?? 'default'),
  }
}

const usage = (command: string, problem: string) =>
  new GitwardError('USAGE', `${command}: ${problem}`, { hint: `gitward ${command} --help` })

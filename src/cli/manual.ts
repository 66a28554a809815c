import type { Command } from './command.ts'
import { GLOBAL_OPTIONS } from './parse.ts'
import { spelling } from './help.ts'
import { commands } from './table.ts'

/** `gitward(1)` as man(7) text, from the command table. */
export async function manual(): Promise<string> {
  const rows = commands.filter(({ plumbing }) => !plumbing)
  const sections = await Promise.all(
    rows.map(async row => commandSection(row.summary, (await row.load()).command)),
  )
  return [
    '.TH GITWARD 1 "" "gitward" "gitward manual"',
    '.SH NAME',
    roff('gitward, git-ward - commit secrets and model files to git safely'),
    '.SH SYNOPSIS',
    roff('gitward [-C DIR] COMMAND …'),
    '.br',
    roff('git ward [-C DIR] COMMAND …'),
    '.SH DESCRIPTION',
    roff(DESCRIPTION),
    '.SH COMMANDS',
    ...sections,
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([code, meaning]) => tagged(code, meaning)),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, meaning]) => tagged(name, meaning)),
    '.SH FILES',
    ...FILES.flatMap(([name, meaning]) => tagged(name, meaning)),
    '.SH SEE ALSO',
    roff('git(1), gitattributes(5), age(1), githooks(5)'),
    '',
  ].join('\n')
}

const DESCRIPTION =
  'Encrypts configuration values and whole files on git add, decrypts them on checkout, and checks without a key that what must be ciphertext is, and that no secret is committed as plaintext.'

/** The README tells the same: a test compares. */
export const EXIT_STATUS = [
  ['0', 'fine'],
  ['1', 'something was found'],
  ['2', 'usage or configuration'],
  ['3', 'no key'],
  ['4', 'tampered or wrong key'],
  ['5', 'git or the disk, or a refusal to do harm'],
  ['130', 'interrupted (143 by SIGTERM, 129 by SIGHUP)'],
] as const

const ENVIRONMENT = [
  ['GITWARD_KEY', 'epoch keys, [scope=]key, separated by commas'],
  ['GITWARD_KEY_CMD', 'a command that prints the same'],
  ['GITWARD_IDENTITY', 'an age identity'],
  ['GITWARD_IDENTITY_FILE', 'a file with age identities'],
  ['NO_COLOR, FORCE_COLOR', 'colours never, or always'],
] as const

const FILES = [
  ['.gitward/config.yaml', 'the policy: what is protected, and in which scope'],
  ['.gitward/recipients/SCOPE.txt', 'who can unlock a scope'],
  ['.gitward/keys/SCOPE/', 'its epoch keys, each encrypted to the recipients'],
  ['.gitward/baseline.yaml', 'findings that somebody accepted, with the reason'],
  ['.git/gitward/', 'the keys that are unlocked here, and what this machine trusts'],
] as const

function commandSection(summary: string, { synopsis, options, example }: Command): string {
  const rows = Object.entries({ ...options, ...GLOBAL_OPTIONS })
  return [
    ...synopsis.split(' | ').map(form => `.SS ${roff(`gitward ${form}`)}`),
    roff(summary),
    ...rows.flatMap(([name, spec]) => tagged(spelling(name, spec), spec.help)),
    '.PP',
    `Example: ${roff(example)}`,
  ].join('\n')
}

const tagged = (tag: string, text: string): string[] => ['.TP', `.B ${roff(tag)}`, roff(text)]

/** Text with what man(7) would take as its own: a backslash, a hyphen that must stay one, a control at the start. */
const roff = (text: string): string =>
  text
    .replaceAll('…', '...')
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^[.']/, '\\&$&')

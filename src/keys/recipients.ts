import { GitwardError } from '../core/errors.ts'

/** One line of a recipients file with the member it belongs to. */
export interface Recipient {
  readonly name: string
  /** age's spelling: `age1…`. */
  readonly recipient: string
}

/** age refuses to mix them in one file, for a mix is only as strong as its weaker half. */
export type RecipientClass = 'hybrid' | 'classic'

const RECIPIENT = /^age1[a-z0-9]{20,}$/
const MAX_NAME_LENGTH = 100

/** Post-quantum hybrid (`age1pq1…`, `age1tagpq1…`) or classic (`age1…`). */
export const classOf = (recipient: string): RecipientClass =>
  /^age1(?:tag)?pq1/.test(recipient) ? 'hybrid' : 'classic'

/**
 * Reads `.gitward/recipients/<scope>.txt`: age's recipients-file format, a `# name` line above each key.
 * @throws {GitwardError} CONFIG, with the line, for a key without a name or a line that is neither.
 */
export function parseRecipients(text: string, scope: string): Recipient[] {
  const recipients: Recipient[] = []
  let name: string | null = null
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '') continue
    if (line.startsWith('#')) {
      name = line.slice(1).trim()
      continue
    }
    if (!RECIPIENT.test(line)) throw badLine(scope, i, 'is neither an age recipient nor a comment')
    if (!name) throw badLine(scope, i, 'has no name: write `# name` on the line above')
    recipients.push({ name, recipient: line })
  }
  assertOneClass(recipients, scope)
  return recipients
}

/** The file's text: each key below its member's name. */
export const formatRecipients = (recipients: readonly Recipient[]): string =>
  recipients.map(({ name, recipient }) => `# ${name}\n${recipient}\n`).join('')

/** @throws {GitwardError} USAGE for a name that would not survive one comment line. */
export function assertMemberName(name: string): void {
  if (
    name !== '' &&
    name === name.trim() &&
    name.length <= MAX_NAME_LENGTH &&
    !/[\u0000-\u001f\u007f]/.test(name)
  )
    return
  throw new GitwardError(
    'USAGE',
    'a member name is one line of 1 to 100 characters without spaces at its ends',
    {
      hint: 'gitward member add alice age1…',
    },
  )
}

/** @throws {GitwardError} CONFIG if post-quantum and classic recipients stand in one scope. */
export function assertOneClass(recipients: readonly Recipient[], scope: string): void {
  const classic = recipients.find(({ recipient }) => classOf(recipient) === 'classic')
  const hybrid = recipients.find(({ recipient }) => classOf(recipient) === 'hybrid')
  if (!classic || !hybrid) return
  throw new GitwardError(
    'CONFIG',
    `scope ${scope} would mix post-quantum and classic recipients: ${hybrid.name} has an age1pq1… key, ${classic.name} an age1… key`,
    {
      hint: `ask for a key of the other class: gitward keygen${classOf(recipients[0]!.recipient) === 'classic' ? ' --classic' : ''}`,
    },
  )
}

function badLine(scope: string, index: number, why: string): GitwardError {
  return new GitwardError('CONFIG', `.gitward/recipients/${scope}.txt:${index + 1}: this line ${why}`, {
    hint: `gitward member list --scope ${scope}`,
  })
}

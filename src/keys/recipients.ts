import { GitwardError } from '../core/errors.ts'
import { isPrintable } from '../core/printable.ts'

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
const NAME_RULE = `1 to ${MAX_NAME_LENGTH} characters without spaces at the ends or control characters`

/** True for what looks like a recipient; whether its checksum is right, age says (wrap.ts). */
export const isRecipientForm = (text: string): boolean => RECIPIENT.test(text)

/** Post-quantum hybrid (`age1pq1…`, `age1tagpq1…`) or classic (`age1…`). */
export const classOf = (recipient: string): RecipientClass =>
  /^age1(?:tag)?pq1/.test(recipient) ? 'hybrid' : 'classic'

/**
 * Reads `.gitward/recipients/<scope>.txt`: age's recipients-file format, a `# name` line above each key.
 * @throws {GitwardError} CONFIG, with the line, for a key without a name or a line that is neither.
 */
export function parseRecipients(text: string, scope: string): Recipient[] {
  const recipients: Recipient[] = []
  let comment = { text: '', index: 0 }
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '') continue
    if (line.startsWith('#')) {
      comment = { text: line.slice(1).trim(), index: i }
      continue
    }
    if (!isRecipientForm(line)) throw badLine(scope, i, 'is neither an age recipient nor a comment')
    if (comment.text === '') throw badLine(scope, i, 'has no name: write `# name` on the line above')
    if (!isMemberName(comment.text)) throw badLine(scope, comment.index, `is no member name: ${NAME_RULE}`)
    recipients.push({ name: comment.text, recipient: line })
  }
  assertOneClass(recipients, `scope ${scope}`)
  return recipients
}

/**
 * Reads any recipients file as age does: one a line, empty lines and `#` comments ignored. Each is named after its
 * place. @throws {GitwardError} USAGE if it holds none, or something else.
 */
export function parseRecipientsFile(text: string, file: string): Recipient[] {
  const recipients = text.split('\n').flatMap((raw, i) => {
    const recipient = raw.trim()
    return recipient === '' || recipient.startsWith('#') ? [] : [{ name: `${file}:${i + 1}`, recipient }]
  })
  if (recipients.length > 0) return recipients
  throw new GitwardError('USAGE', `${file} holds no recipient`, { hint: 'gitward keygen' })
}

/** The file's text: each key below its member's name. */
export const formatRecipients = (recipients: readonly Recipient[]): string =>
  recipients.map(({ name, recipient }) => `# ${name}\n${recipient}\n`).join('')

/** True for a name that survives one comment line and does nothing to a terminal. */
export const isMemberName = (name: string): boolean =>
  name !== '' &&
  name === name.trim() &&
  !/AGE-SECRET-KEY/i.test(name) &&
  name.length <= MAX_NAME_LENGTH &&
  isPrintable(name)

/** @throws {GitwardError} USAGE. */
export function assertMemberName(name: string): void {
  if (isMemberName(name)) return
  throw new GitwardError('USAGE', `a member name is ${NAME_RULE}`, {
    hint: 'gitward member add alice age1…',
  })
}

/** @throws {GitwardError} CONFIG if post-quantum and classic recipients stand together; `where` says where. */
export function assertOneClass(recipients: readonly Recipient[], where: string): void {
  const classic = recipients.find(({ recipient }) => classOf(recipient) === 'classic')
  const hybrid = recipients.find(({ recipient }) => classOf(recipient) === 'hybrid')
  if (!classic || !hybrid) return
  throw new GitwardError(
    'CONFIG',
    `${where} would mix post-quantum and classic recipients: ${hybrid.name} has an age1pq1… key, ${classic.name} an age1… key`,
    {
      hint: `ask for a key of the other class: gitward keygen${classOf(recipients[0]!.recipient) === 'classic' ? ' --classic' : ''}`,
    },
  )
}

function badLine(scope: string, index: number, why: string): GitwardError {
  return new GitwardError('CONFIG', `.gitward/recipients/${scope}.txt:${index + 1}: this line ${why}`, {
    hint: `git log -p -- .gitward/recipients/${scope}.txt`,
  })
}

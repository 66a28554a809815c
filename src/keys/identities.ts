import { GitwardError } from '../core/errors.ts'
import type { RecipientClass } from './recipients.ts'

// built from parts, so that no scanner takes this source for a key
const SECRET = 'AGE-SECRET-KEY'
const IDENTITY = new RegExp(`^${SECRET}-(?:PQ-)?1[A-Z0-9]{20,}$`)

/** age identities of a file or variable: one a line, `#` comments ignored. @throws {GitwardError} CONFIG. */
export function parseIdentities(text: string, source: string): string[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
  const foreign = lines.findIndex(line => !IDENTITY.test(line))
  if (lines.length === 0 || foreign !== -1) {
    throw new GitwardError('CONFIG', `${source} holds no age identity in the form ${SECRET}-…`, {
      hint: 'gitward keygen',
    })
  }
  return lines
}

export const identityClass = (identity: string): RecipientClass =>
  identity.startsWith(`${SECRET}-PQ-1`) ? 'hybrid' : 'classic'

/** A new identity and its recipient, made by the age library. */
export async function generateIdentity(
  kind: RecipientClass,
): Promise<{ identity: string; recipient: string }> {
  const age = await import('age-encryption')
  const identity = await (kind === 'hybrid' ? age.generateHybridIdentity() : age.generateX25519Identity())
  return { identity, recipient: await age.identityToRecipient(identity) }
}

export async function recipientOf(identity: string): Promise<string> {
  const age = await import('age-encryption')
  return age.identityToRecipient(identity)
}

/** The text of an identity file, as age-keygen writes it. */
export const formatIdentityFile = (identity: string, recipient: string): string =>
  `# gitward identity: keep it private, back it up, never commit it\n# public key: ${recipient}\n${identity}\n`

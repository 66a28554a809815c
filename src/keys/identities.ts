import { GitwardError } from '../core/errors.ts'
import type { RecipientClass } from './recipients.ts'

// built from parts, so that no scanner takes this source for a key
const SECRET = 'AGE-SECRET-KEY'
const IDENTITY = new RegExp(`^${SECRET}-(?:PQ-)?1[A-Z0-9]{20,}$`)

/** True for anything that somebody could have meant as an identity. */
export const isIdentityForm = (text: string): boolean => text.toUpperCase().includes(`${SECRET}-`)

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

/** @throws {GitwardError} CONFIG if the identity from `source` has a typing error. */
export async function recipientOf(identity: string, source: string): Promise<string> {
  await assertIdentity(identity, source)
  const age = await import('age-encryption')
  return age.identityToRecipient(identity)
}

/**
 * The library decodes an identity before it tries one, and its message repeats what it cannot decode.
 * @throws {GitwardError} CONFIG if the checksum is wrong; nothing of the identity is in the error.
 */
export async function assertIdentity(identity: string, source: string): Promise<void> {
  const { Decrypter } = await import('age-encryption')
  try {
    new Decrypter().addIdentity(identity)
  } catch {
    throw new GitwardError('CONFIG', `${source}: an identity has a typing error, for its checksum is wrong`, {
      hint: 'take it from your backup again, or make a new one: gitward keygen -o identity-new.txt',
    })
  }
}

/** The text of an identity file, as age-keygen writes it. */
export const formatIdentityFile = (identity: string, recipient: string): string =>
  `# gitward identity: keep it private, back it up, never commit it\n# public key: ${recipient}\n${identity}\n`

import { startsWith, utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { isIdentityForm } from './identities.ts'
import { isRecipientForm, type Recipient } from './recipients.ts'
import { throughAge } from './through-age.ts'

/** Seals `payload` for every recipient as an armored age v1 file. @throws {GitwardError} USAGE for a mistyped recipient. */
export async function wrap(payload: string, recipients: readonly Recipient[]): Promise<string> {
  const { Encrypter, armor } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const each of recipients) {
    await assertRecipient(each)
    encrypter.addRecipient(each.recipient)
  }
  return armor.encode(await throughAge(utf8(payload), stream => encrypter.encrypt(stream)))
}

/** @throws {GitwardError} USAGE if this is no recipient, or one with a typing error (its checksum is wrong). */
export async function assertRecipient({ name, recipient }: Recipient): Promise<void> {
  if (isIdentityForm(recipient)) throw notYours(name)
  if (!isRecipientForm(recipient)) throw noRecipient(name)
  const { Encrypter } = await import('age-encryption')
  try {
    const probe = new Encrypter()
    probe.addRecipient(recipient)
    await throughAge(new Uint8Array(0), stream => probe.encrypt(stream)) // a few classes are decoded only here
  } catch (cause) {
    throw new GitwardError(
      'USAGE',
      `${recipient.slice(0, 24)}… is no age recipient: check ${name}'s key for a typing error`,
      {
        hint: 'gitward keygen',
        cause,
      },
    )
  }
}

const notYours = (name: string) =>
  new GitwardError(
    'USAGE',
    `${name}'s key is an identity, the private half: its owner keeps it, and makes a new one if anyone saw it`,
    {
      hint: 'send the line that this prints: gitward keygen',
    },
  )

const noRecipient = (name: string) =>
  new GitwardError(
    'USAGE',
    `${name}'s key is no age recipient: one starts with age1 and has small letters and digits`,
    {
      hint: 'gitward keygen',
    },
  )

/**
 * Opens an armored age file with the first identity that fits.
 * @returns null if none of them is a recipient.
 * @throws {GitwardError} MALFORMED if the file is damaged.
 */
export async function unwrap(armored: string, identities: readonly string[]): Promise<Bytes | null> {
  const { armor } = await import('age-encryption')
  return openAge(decodeArmor(armor.decode, armored), { identities }, damaged)
}

/** The binary file in an armored one; null if it is none. */
export async function decodeArmored(bytes: Bytes): Promise<Bytes | null> {
  if (!startsWith(bytes, ARMOR_START)) return null
  const { armor } = await import('age-encryption')
  return decodeArmor(armor.decode, Buffer.from(bytes).toString('latin1'))
}

const ARMOR_START = utf8('-----BEGIN AGE ENCRYPTED FILE-----')

/** What may open an age file. */
export interface AgeKeys {
  readonly identities?: readonly string[]
  readonly passphrase?: string
}

/**
 * Opens a binary age file.
 * @returns null if nothing of `keys` fits.
 * @throws what `broken` makes of the library's error if the file is damaged.
 */
export async function openAge(
  file: Bytes,
  { identities = [], passphrase }: AgeKeys,
  broken: (cause: unknown) => GitwardError,
): Promise<Bytes | null> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase)
  try {
    return await throughAge(file, stream => decrypter.decrypt(stream))
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('no identity matched')) return null
    throw broken(cause)
  }
}

function decodeArmor(decode: (text: string) => Bytes, armored: string): Bytes {
  try {
    return decode(armored)
  } catch (cause) {
    throw damaged(cause)
  }
}

const damaged = (cause: unknown) =>
  new GitwardError('MALFORMED', 'the epoch file is damaged: age cannot read it', {
    hint: 'git log -p -- .gitward/keys',
    cause,
  })

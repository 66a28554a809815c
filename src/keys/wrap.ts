import { utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import type { Recipient } from './recipients.ts'

/** Seals `payload` for every recipient as an armored age v1 file. @throws {GitwardError} USAGE for a mistyped recipient. */
export async function wrap(payload: string, recipients: readonly Recipient[]): Promise<string> {
  const { Encrypter, armor } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const each of recipients) {
    await assertRecipient(each)
    encrypter.addRecipient(each.recipient)
  }
  return armor.encode(await encrypter.encrypt(utf8(payload)))
}

/** @throws {GitwardError} USAGE if the recipient has a typing error (its checksum is wrong). */
export async function assertRecipient({ name, recipient }: Recipient): Promise<void> {
  const { Encrypter } = await import('age-encryption')
  try {
    const probe = new Encrypter()
    probe.addRecipient(recipient)
    await probe.encrypt(new Uint8Array(0)) // a few classes are decoded only here
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

/**
 * Opens an armored age file with the first identity that fits.
 * @returns null if none of them is a recipient.
 * @throws {GitwardError} MALFORMED if the file is damaged.
 */
export async function unwrap(armored: string, identities: readonly string[]): Promise<Bytes | null> {
  const { Decrypter, armor } = await import('age-encryption')
  const file = decodeArmor(armor.decode, armored)
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  try {
    return await decrypter.decrypt(file)
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('no identity matched')) return null
    throw damaged(cause)
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

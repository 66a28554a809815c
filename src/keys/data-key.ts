import { concat, decodeUtf8, utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { AES_KEY_BYTES } from '../crypto/primitives.ts'
import { assertOneClass, isRecipientForm, type Recipient } from './recipients.ts'
import { throughAge } from './through-age.ts'
import { assertRecipient, openAge, type AgeKeys } from './wrap.ts'

/** The key of one portable file, with everyone it is wrapped for: nobody if it is wrapped under a passphrase. */
export interface DataKey {
  readonly key: Bytes
  readonly recipients: readonly string[]
}

/**
 * Wraps a data key as a binary age file. Its payload also names the recipients, for age's own stanzas do not: else
 * nobody could take one of them away again (SPEC "Portable files").
 * @throws {GitwardError} USAGE for a mistyped recipient, CONFIG for a mix of classes.
 */
export async function wrapDataKey(key: Bytes, recipients: readonly Recipient[]): Promise<Bytes> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  assertOneClass(recipients, 'the file')
  for (const each of recipients) {
    await assertRecipient(each)
    encrypter.addRecipient(each.recipient)
  }
  const payload = formatPayload({ key, recipients: recipients.map(({ recipient }) => recipient) })
  return throughAge(payload, stream => encrypter.encrypt(stream))
}

/** The same under a passphrase, by scrypt: then there is no recipient. */
export async function wrapDataKeyByPassphrase(key: Bytes, passphrase: string): Promise<Bytes> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  return throughAge(formatPayload({ key, recipients: [] }), stream => encrypter.encrypt(stream))
}

/** @returns null if nothing of `keys` fits. @throws {GitwardError} MALFORMED if the age file is damaged. */
export async function unwrapDataKey(age: Bytes, keys: AgeKeys): Promise<DataKey | null> {
  const payload = await openAge(age, keys, damaged)
  return payload && parsePayload(payload)
}

/** 32 bytes of key, then a line for each recipient. */
const formatPayload = ({ key, recipients }: DataKey): Bytes =>
  concat(key, utf8(recipients.map(recipient => `${recipient}\n`).join('')))

function parsePayload(payload: Bytes): DataKey {
  const text = decodeUtf8(payload.subarray(AES_KEY_BYTES))
  const recipients = text === '' ? [] : text?.replace(/\n$/, '').split('\n')
  if (payload.length < AES_KEY_BYTES || !recipients?.every(isRecipientForm)) throw damaged(undefined)
  if (text !== '' && !text!.endsWith('\n')) throw damaged(undefined)
  return { key: payload.slice(0, AES_KEY_BYTES), recipients }
}

const damaged = (cause: unknown) =>
  new GitwardError('MALFORMED', 'its keyslot is damaged: age cannot read it', { cause })

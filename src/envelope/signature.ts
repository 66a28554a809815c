import { base64, fromBase64 } from '../core/base64.ts'
import { concat, decodeUtf8, lengthPrefixed, u64be, utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { isPrintable } from '../core/printable.ts'
import { COMMITMENT_BYTES, SALT_BYTES } from '../crypto/cobblestone.ts'
import { LEAF_BYTES } from './file.ts'

/** What SSHSIG binds, so that a signature made for another purpose is none of these. */
export const SIGNATURE_NAMESPACE = 'gitward-file-v1'
export const DEFAULT_CONTEXT = 'gitward/v1/signature'

const HASH_BYTES = 32
const FIRST_LINE = 'gitward-signature/v1'
const MAX_TEXT_BYTES = 1024
const MAX_SSHSIG_BYTES = 1 << 16
const ARMOR_COLUMNS = 70
const ARMOR_BEGIN = '-----BEGIN SSH SIGNATURE-----'
const ARMOR_END = '-----END SSH SIGNATURE-----'

/** What a signer says about a file, beside its bytes. */
export interface SignedWords {
  /** What the file is for. */
  readonly context: string
  /** The base name of the envelope. */
  readonly name: string
  /** Decimal; empty for a file that belongs to no round. */
  readonly round: string
}

/** What of a file envelope is signed. */
export interface SignedBytes {
  readonly salt: Bytes
  readonly commitment: Bytes
  /** Bytes of all sealed chunks. */
  readonly length: number
  /** SHA-256 of each 2^20 bytes of them, joined. */
  readonly leaves: Bytes
}

export type SignedRecord = SignedWords & SignedBytes

export interface Signature extends SignedRecord {
  /** The SSHSIG blob (OpenSSH's PROTOCOL.sshsig). */
  readonly sshsig: Bytes
}

/** What is signed (SPEC "Signatures"). */
export const signedMessage = ({ context, name, round, ...signed }: SignedRecord): Bytes =>
  concat(
    ...[context, name, round].map(text => lengthPrefixed(utf8(text))),
    signed.salt,
    signed.commitment,
    u64be(signed.length),
    signed.leaves,
  )

/** The text of a `.sig` file. */
export function formatSignature(signature: Signature): string {
  const { context, name, round, salt, commitment, length, leaves, sshsig } = signature
  return [
    FIRST_LINE,
    `context ${context}`,
    `name ${name}`,
    ...(round === '' ? [] : [`round ${round}`]),
    `salt ${base64(salt)}`,
    `commitment ${base64(commitment)}`,
    `length ${length}`,
    ...leavesOf(leaves).map(leaf => `leaf ${base64(leaf)}`),
    formatSshsig(sshsig),
  ].join('\n')
}

/** As `ssh-keygen -Y sign` prints it. */
export const formatSshsig = (sshsig: Bytes): string =>
  [ARMOR_BEGIN, ...inColumns(base64(sshsig)), ARMOR_END, ''].join('\n')

/** @throws {GitwardError} MALFORMED unless it is one signature as OpenSSH prints it. */
export function parseSshsig(armor: string): Bytes {
  const body = armor.trim().split(/\r?\n/)
  if (body.shift() !== ARMOR_BEGIN || body.pop() !== ARMOR_END) throw malformed('it holds no SSH signature')
  const sshsig = fromBase64(body.join(''))
  if (!sshsig || sshsig.length === 0 || sshsig.length > MAX_SSHSIG_BYTES)
    throw malformed('its SSH signature is broken')
  return sshsig
}

/** @throws {GitwardError} MALFORMED unless these are the very bytes that `formatSignature` makes. */
export function parseSignature(bytes: Bytes): Signature {
  const text = decodeUtf8(bytes)
  if (!text?.startsWith(`${FIRST_LINE}\n`)) throw malformed(`it does not start with ${FIRST_LINE}`)
  const armorAt = text.indexOf(`\n${ARMOR_BEGIN}\n`) + 1
  if (armorAt === 0) throw malformed('it holds no SSH signature')
  const lines = text.slice(0, armorAt).split('\n')
  const field = (name: string) => lines.find(line => line.startsWith(`${name} `))?.slice(name.length + 1)
  const signature = {
    context: field('context') ?? '',
    name: field('name') ?? '',
    round: field('round') ?? '',
    salt: decoded(field('salt'), SALT_BYTES),
    commitment: decoded(field('commitment'), COMMITMENT_BYTES),
    length: Number(field('length')),
    leaves: concat(
      ...lines.filter(line => line.startsWith('leaf ')).map(line => decoded(line.slice(5), HASH_BYTES)),
    ),
    sshsig: parseSshsig(text.slice(armorAt)),
  }
  const fault = faultIn(signature)
  if (fault !== null) throw malformed(fault)
  if (formatSignature(signature) !== text) throw malformed('it is not spelled as gitward spells it')
  return signature
}

function faultIn(signature: Signature): string | null {
  const { length, leaves } = signature
  if (!Number.isSafeInteger(length) || length < 1) return 'its length is no length'
  if (leaves.length !== leafCount(length) * HASH_BYTES) return 'it has not one leaf for each 2^20 bytes'
  return faultInWords(signature)
}

/** What is wrong with words that are to be signed; null if nothing is. */
export function faultInWords({ context, name, round }: SignedWords): string | null {
  for (const [what, text] of [
    ['context', context],
    ['name', name],
  ] as const) {
    const { length } = utf8(text)
    if (length < 1 || length > MAX_TEXT_BYTES) return `the ${what} is not 1 to ${MAX_TEXT_BYTES} bytes long`
    if (!isPrintable(text) || decodeUtf8(utf8(text)) !== text) return `the ${what} holds control characters`
  }
  return /^(?:|0|[1-9][0-9]{0,18})$/.test(round) ? null : 'the round is no number without leading zeros'
}

const leafCount = (length: number): number => Math.ceil(length / LEAF_BYTES)

/** Hash number `index` of joined leaves; empty behind the last. */
export const leafAt = (leaves: Bytes, index: number): Bytes =>
  leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)

const leavesOf = (leaves: Bytes): Bytes[] =>
  Array.from({ length: leaves.length / HASH_BYTES }, (_, i) => leafAt(leaves, i))

const inColumns = (digits: string): string[] => digits.match(new RegExp(`.{1,${ARMOR_COLUMNS}}`, 'g')) ?? []

function decoded(text: string | undefined, length: number): Bytes {
  const bytes = fromBase64(text ?? '')
  if (bytes?.length !== length) throw malformed('a line is missing or broken')
  return bytes
}

const malformed = (why: string) => new GitwardError('MALFORMED', `not a whole signature: ${why}`)

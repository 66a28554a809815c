import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { concat, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { SIGNATURE_NAMESPACE } from '../../../src/envelope/signature.ts'
import { counting } from '../keys.ts'

// OpenSSH's PROTOCOL.sshsig, so that vectors need no key file: Ed25519 signatures are always the same bytes.

const PKCS8_OF_SEED = Buffer.from('302e020100300506032b657004220420', 'hex')
/** Nobody's key: its seed counts up from 40. */
const KEY = createPrivateKey({
  key: Buffer.concat([PKCS8_OF_SEED, counting(0x40, 32)]),
  format: 'der',
  type: 'pkcs8',
})

const string = (bytes: Bytes | string): Bytes => {
  const body = typeof bytes === 'string' ? utf8(bytes) : bytes
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return concat(length, body)
}

const publicKey = (): Bytes => {
  const { x } = createPublicKey(KEY).export({ format: 'jwk' })
  return concat(string('ssh-ed25519'), string(Buffer.from(x!, 'base64url')))
}

/** A line for an allowed signers file. */
export const allowedSigner = (identity: string): string =>
  `${identity} ssh-ed25519 ${Buffer.from(publicKey()).toString('base64')}`

export function sshsig(message: Bytes, namespace = SIGNATURE_NAMESPACE): Bytes {
  const shared = concat(string(namespace), string(''), string('sha512'))
  const hash = createHash('sha512').update(message).digest()
  const signature = Uint8Array.from(sign(null, concat(utf8('SSHSIG'), shared, string(hash)), KEY))
  return concat(
    utf8('SSHSIG'),
    Uint8Array.of(0, 0, 0, 1),
    string(publicKey()),
    shared,
    string(concat(string('ssh-ed25519'), string(signature))),
  )
}

import { concat, toHex, u64be, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { sealChunks } from '../../../src/crypto/cobblestone.ts'
import { fileContext, portableHeader } from '../../../src/envelope/file-header.ts'
import { cobblestoneOf } from '../../../src/envelope/file.ts'
import { counting, KEY } from '../keys.ts'
import { bad, base64, flipped, good, sha256, type GoldenFile } from './vector.ts'

/** What age's library made once, for age is never the same twice: KEY and its recipient, sealed for IDENTITY. */
const AGE =
  'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSAxa09WNWdZQm43aURzbDhnSUNYdmZVbTlGZWcwcjQ5ZmhCVkhhaUEwUUZZ' +
  'Cnp1dkZveTFmMWJSYU1zRXd3WkVNNTR6TDU2cko3MHBTeXRJK2l6STg0cGcKLS0tIGRsWW5IR3FqaW0wdmpkTmlWcUhVQU4xTGg3' +
  'bUR0RFI3aUVUdDVRa3lZSlkK4+x4pvZjSXeW3Gzd3d2n4rw3eCVBXIMDbFURDu2DCiT0RkpfLJBylZRPvruEO4TR3Jj+ZvVSRhtU' +
  '9EDoOq6sc+SN99hZADK+bkfFYanR2kg+CDMZQpzKh6WYmrt0+xvmU/UZg2aE95BA158ScUAfVxATx1P52Ryf3CMJFd8qeQ=='
/** The X25519 identity 40 41 … 5f, without `AGE-SECRET-KEY-`. */
const IDENTITY = '1GPQ5YS6YG4RYWJZFFF95CN2WFAG9Z5JN2324V46CT9D9KHZATE0S5FAZ64'
const SLOT_BYTES = 4096

export function portableFiles(): GoldenFile {
  const small = utf8('weights')
  const age = Uint8Array.from(Buffer.from(AGE, 'base64'))
  const [first, second] = [slot(1n, age), slot(2n, age)]
  const damaged = flipped(first, 100)
  const file = portable(small, first, first)
  const extra = { identity: IDENTITY, plaintext: toHex(small) }
  const long = counting(0, 16_385)
  const withByte = (at: number, byte: number) => base64(Uint8Array.from(file).fill(byte, at, at + 1))
  return {
    about: 'portable files: envelope is base64 of the whole file, key the data key, which identity opens',
    vectors: [
      good('small', 'one chunk', base64(file), extra),
      good('empty', 'an empty message has one chunk', base64(portable(new Uint8Array(0), first, first)), {
        identity: IDENTITY,
        plaintext: '',
      }),
      good('16385-bytes', 'one whole chunk and one byte', base64(portable(long, first, first)), {
        identity: IDENTITY,
        plaintextSha256: sha256(long),
      }),
      good('torn-slot', 'slot A is damaged: B counts', base64(portable(small, damaged, second)), extra),
      good('rewrapped', 'the higher generation counts', base64(portable(small, first, second)), extra),
      bad('malformed', 'no-slot', 'both slots are damaged', base64(portable(small, damaged, damaged))),
      bad('malformed', 'slot-size', 'not a multiple of 4096', withByte(23, 1)),
      bad('malformed', 'with-kid', 'a portable file names no repository key', withByte(19, 1)),
      bad('malformed', 'inside-slots', 'it ends inside slot B', base64(file.subarray(0, 5000))),
      bad('tag-mismatch', 'changed-salt', 'the commitment differs', base64(flipped(file, file.length - 79))),
      bad('tag-mismatch', 'changed-ciphertext', 'one bit', base64(flipped(file, file.length - 23))),
      bad('tag-mismatch', 'cut', 'the last byte is missing', base64(file.subarray(0, -1))),
    ],
  }
}

function portable(message: Bytes, a: Bytes, b: Bytes): Bytes {
  const [header, salt] = [portableHeader(), counting(0x60, 24)]
  const sealed = cobblestoneOf({ inputKey: KEY.secret, salt, context: fileContext(header) })
  const size = Uint8Array.of(0, 0, SLOT_BYTES >> 8, 0)
  return concat(header, size, a, b, salt, sealed.commitment, sealChunks(sealed, message))
}

function slot(generation: bigint, age: Bytes): Bytes {
  const body = new Uint8Array(SLOT_BYTES - 32)
  body.set(concat(u64be(Number(generation)), Uint8Array.of(0, 0, age.length >> 8, age.length & 0xff), age))
  return concat(body, Uint8Array.from(Buffer.from(sha256(body), 'hex')))
}

import { concat, toHex, utf8 } from '../../../src/core/bytes.ts'
import { leafHash, parseFileEnvelope, sealFile } from '../../../src/envelope/file.ts'
import { formatSignature, signedMessage, type SignedRecord } from '../../../src/envelope/signature.ts'
import { counting, KEY } from '../keys.ts'
import { allowedSigner, sshsig } from './sshsig.ts'
import { bad, good, type GoldenFile } from './vector.ts'

export function signatures(): GoldenFile {
  const file = sealFile(KEY, utf8('weights'))
  const { salt, commitment, chunks } = parseFileEnvelope(file)
  const leaf = leafHash(chunks)
  const record: SignedRecord = {
    context: 'gitward/v1/signature',
    name: 'update.bin.gitward',
    round: '7',
    salt,
    commitment,
    length: chunks.length,
    leaves: leaf,
  }
  const spell = (changes: Partial<SignedRecord>) => {
    const changed = { ...record, ...changes }
    return formatSignature({ ...changed, sshsig: sshsig(signedMessage(changed)) })
  }
  const text = spell({})
  const success = (name: string, comment: string, changes: Partial<SignedRecord>) =>
    good(name, comment, spell(changes), { plaintext: toHex(signedMessage({ ...record, ...changes })) })
  const malformed = (name: string, comment: string, envelope: string) =>
    bad('malformed', name, comment, envelope)
  return {
    about: 'signature files: envelope is the text, plaintext the message that is signed',
    vectors: [
      {
        ...success('small', 'the envelope `small` of file-envelope.json', {}),
        steps: {
          file: toHex(file),
          leaf: toHex(leaf),
          message: toHex(signedMessage(record)),
          signer: allowedSigner('alice'),
        },
      },
      success('no-round', 'the round is empty: its line is absent', { round: '' }),
      success('round-0', 'the first of numbered rounds', { round: '0' }),
      success('words', 'text beyond ASCII, spaces at both ends', {
        context: ' für ε ',
        name: 'a b.gitward ',
      }),
      success('two-leaves', 'one byte more than a leaf', {
        length: 2 ** 20 + 1,
        leaves: concat(counting(0, 32), counting(32, 32)),
      }),
      success('whole-leaf', 'exactly one leaf', { length: 2 ** 20 }),
      malformed('too-few-leaves', 'one leaf for 2^20 + 1 bytes', spell({ length: 2 ** 20 + 1 })),
      malformed('too-many-leaves', 'two for one', spell({ leaves: concat(leaf, leaf) })),
      malformed('empty-name', 'a file has a name', spell({ name: '' })),
      malformed('control-character', 'a tab in the name', spell({ name: 'a\tb' })),
      malformed('leading-zero', 'round 07', spell({ round: '07' })),
      malformed('no-number', 'round seven', spell({ round: 'seven' })),
      malformed('empty-round', 'a line without a number', text.replace('round 7', 'round ')),
      malformed('twice', 'two rounds', text.replace('round 7', 'round 7\nround 8')),
      malformed('order', 'round before name', text.replace(/(name .*)\n(round .*)/, '$2\n$1')),
      malformed('unknown-line', 'a line of the future', text.replace('salt ', 'time 1\nsalt ')),
      malformed('crlf', 'another line end', text.replaceAll('\n', '\r\n')),
      malformed('no-line-feed', 'the last line has no end', text.trimEnd()),
      malformed('more', 'text behind the end', `${text}\n`),
      malformed('no-signature', 'it ends before', text.slice(0, text.indexOf('-----BEGIN'))),
      malformed('columns', 'the signature in one line', text.replaceAll(/(?<=\S{70})\n(?!-)/g, '')),
      malformed('base64', 'a salt without padding bits', text.replace(/salt ..../, 'salt ====')),
      malformed('version-2', 'a later version', text.replace('/v1', '/v2')),
    ],
  }
}

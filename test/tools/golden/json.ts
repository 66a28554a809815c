import { toHex, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { formatJsonEnvelope, sealJson } from '../../../src/envelope/json.ts'
import { pad } from '../../../src/envelope/padding.ts'
import { sealSynthetic } from '../../../src/envelope/synthetic.ts'
import { KEY, OTHER_KEY } from '../keys.ts'
import {
  ascii,
  bad,
  flipped,
  good,
  JSON_FILE,
  ofKey,
  scopeVectors,
  syntheticSteps,
  VALUE,
  type GoldenFile,
  type Vector,
} from './vector.ts'

export function jsonEnvelopes(): GoldenFile {
  const config = utf8('{"password":"hunter2"}\n')
  const message = sealSynthetic(KEY, JSON_FILE, '', config)
  const spell = (changes: Partial<typeof message>) => ascii(formatJsonEnvelope({ ...message, ...changes }))
  const line = spell({})
  const success = (name: string, comment: string, source: Bytes, steps?: Vector['steps']) =>
    good(name, comment, ascii(sealJson(KEY, source)), { plaintext: toHex(source), ...(steps && { steps }) })
  const placed = sealSynthetic(KEY, JSON_FILE, '/a', config)
  const token = sealSynthetic(KEY, VALUE, '', pad(config))
  return {
    about: 'JSON envelopes: envelope is the whole file with its line feed',
    vectors: [
      success('config', 'a small file', config, syntheticSteps(JSON_FILE, '', config)),
      success('one-byte', 'two pads in the ciphertext', utf8('x')),
      success('two-bytes', 'one pad in the ciphertext', utf8('xy')),
      success(
        'every-byte',
        'bytes that are no text',
        Uint8Array.from({ length: 256 }, (_, i) => i),
      ),
      ...scopeVectors(line, toHex(config), {}),
      bad('tag-mismatch', 'changed-nonce', 'one bit', spell({ nonce: flipped(message.nonce, 0) })),
      bad(
        'tag-mismatch',
        'changed-ciphertext',
        'one bit',
        spell({ ciphertext: flipped(message.ciphertext, 0) }),
      ),
      bad('tag-mismatch', 'changed-tag', 'one bit', spell({ tag: flipped(message.tag, 15) })),
      bad(
        'tag-mismatch',
        'cut',
        'the last byte of the ciphertext is missing',
        spell({ ciphertext: message.ciphertext.subarray(0, -1) }),
      ),
      bad(
        'tag-mismatch',
        'renamed',
        'the kid was replaced by that of the key at hand',
        spell({ kid: OTHER_KEY.kid }),
        ofKey(OTHER_KEY),
      ),
      bad(
        'tag-mismatch',
        'foreign-nonce',
        'a key holder took the nonce of another pointer',
        ascii(formatJsonEnvelope(placed)),
      ),
      bad(
        'tag-mismatch',
        'token-message',
        'a value token spelled as a JSON envelope',
        ascii(formatJsonEnvelope(token)),
      ),
      bad('unsupported-version', 'version-2', 'a later version', line.replace('v1', 'v2')),
      bad('malformed', 'version-100', 'no version has three digits', line.replace('v1', 'v100')),
      bad('malformed', 'no-line-feed', 'the line has no end', line.trimEnd()),
      bad('malformed', 'crlf', 'another line end', line.replace('\n', '\r\n')),
      bad('malformed', 'two-line-feeds', 'one more line', `${line}\n`),
      bad('malformed', 'space', 'white space between members', line.replace(',', ', ')),
      bad(
        'malformed',
        'order',
        'other order of members',
        line.replace(/("nonce":"[^"]*"),("ciphertext":"[^"]*")/, '$2,$1'),
      ),
      bad('malformed', 'more', 'one more member', line.replace('}', ',"aad":""}')),
      bad('malformed', 'no-base64-padding', 'the tag has no padding', line.replace('=="}', '"}')),
      bad(
        'malformed',
        'trailing-bits',
        'the last digit of the tag has bits that belong to no byte',
        line.replace(/.=="\}/, 'B=="}'),
      ),
      bad('malformed', 'short-nonce', 'a nonce of 12 bytes', spell({ nonce: message.nonce.subarray(0, 12) })),
      bad('malformed', 'short-tag', 'a tag of 4 bytes', spell({ tag: message.tag.subarray(0, 4) })),
      bad(
        'malformed',
        'no-ciphertext',
        'an empty file has no envelope',
        spell({ ciphertext: new Uint8Array(0) }),
      ),
      bad('malformed', 'other-json', 'a file that begins like one', '{"gitward":"is nice"}\n'),
    ],
  }
}

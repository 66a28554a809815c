import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { pad } from '../../../src/envelope/padding.ts'
import { sealSynthetic } from '../../../src/envelope/synthetic.ts'
import { formatToken, parseToken, sealToken } from '../../../src/envelope/token.ts'
import { KEY, OTHER_KEY } from '../keys.ts'
import {
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

const POINTER = '/db/password'
const SECRET = utf8('hunter2')

export function tokens(): GoldenFile {
  const token = sealToken(KEY, POINTER, SECRET)
  const parts = parseToken(token)!
  const at = { pointer: POINTER }
  const success = (name: string, comment: string, pointer: string, source: string, steps?: Vector['steps']) =>
    good(name, comment, sealToken(KEY, pointer, utf8(source)), {
      pointer,
      plaintext: toHex(utf8(source)),
      ...(steps && { steps }),
    })
  const unpadded = sealSynthetic(KEY, VALUE, POINTER, new Uint8Array(32))
  const json = sealSynthetic(KEY, JSON_FILE, POINTER, pad(SECRET))
  const stray = token.slice(0, -1) + (token.endsWith('B') ? 'C' : 'B')
  return {
    about: 'value tokens: envelope is the token, pointer the place where it stands',
    vectors: [
      success('plain', 'an unquoted value', POINTER, 'hunter2', syntheticSteps(VALUE, POINTER, pad(SECRET))),
      success('quoted', 'quotes are part of the source text', '/db/url', '"postgres://u:p@h/db"'),
      success('number', 'numbers are sealed as they are spelled', '/port', '5432'),
      success('block', 'a block scalar with its header', '/tls/key', '|\n  line one\n  line two'),
      success('utf8', 'pointer and text beyond ASCII', '/größe/~1a~0b/-=web/-', 'süß 🔑'),
      success('root', 'the empty pointer: a document that is one value', '', 'hunter2'),
      success('31-bytes', 'the longest text in one padding block', '/a', 'a'.repeat(31)),
      success('32-bytes', 'the shortest text in two padding blocks', '/a', 'a'.repeat(32)),
      ...scopeVectors(token, toHex(SECRET), at),
      bad('moved', 'moved', 'the token stands at another pointer', token, { pointer: '/db/user' }),
      bad('moved', 'moved-up', 'the token stands at a prefix of its pointer', token, { pointer: '/db' }),
      bad('moved', 'moved-array', 'the element that holds it got a name', token, {
        pointer: '/-=a/password',
      }),
      bad(
        'tag-mismatch',
        'changed-nonce',
        'one bit',
        formatToken({ ...parts, nonce: flipped(parts.nonce, 0) }),
        at,
      ),
      bad(
        'tag-mismatch',
        'changed-counter',
        'one bit in the last 12 bytes of the nonce',
        formatToken({ ...parts, nonce: flipped(parts.nonce, 23) }),
        at,
      ),
      bad(
        'tag-mismatch',
        'changed-ciphertext',
        'one bit',
        formatToken({ ...parts, ciphertext: flipped(parts.ciphertext, 31) }),
        at,
      ),
      bad(
        'tag-mismatch',
        'changed-tag',
        'one bit',
        formatToken({ ...parts, tag: flipped(parts.tag, 0) }),
        at,
      ),
      bad(
        'tag-mismatch',
        'renamed',
        'the kid was replaced by that of the key at hand',
        formatToken({ ...parts, kid: OTHER_KEY.kid }),
        { ...at, ...ofKey(OTHER_KEY) },
      ),
      bad('tag-mismatch', 'json-message', 'a JSON envelope spelled as a token', formatToken(json), at),
      bad(
        'malformed',
        'no-padding',
        'a key holder sealed 32 zero bytes without padding',
        formatToken(unpadded),
        at,
      ),
      bad('malformed', 'trailing-bits', 'the last digit has bits that belong to no byte', stray, at),
      bad('malformed', 'padded-base64', 'base64url takes no padding here', `${token}==`, at),
      bad('malformed', 'line-feed', 'a token is a line without its end', `${token}\n`, at),
      bad('malformed', 'version-2', 'a later version is no token of this one', token.replace('v1', 'v2'), at),
      bad('malformed', 'upper-case', 'the prefix is lower case', token.replace('gitward', 'GITWARD'), at),
      bad(
        'malformed',
        'short-tag',
        'a tag of 4 bytes',
        formatToken({ ...parts, tag: parts.tag.subarray(0, 4) }),
        at,
      ),
      bad(
        'malformed',
        'short-nonce',
        'a nonce of 12 bytes',
        formatToken({ ...parts, nonce: parts.nonce.subarray(0, 12) }),
        at,
      ),
      bad(
        'malformed',
        'short-ciphertext',
        'not a multiple of 32 bytes',
        formatToken({ ...parts, ciphertext: parts.ciphertext.subarray(0, 31) }),
        at,
      ),
      bad(
        'malformed',
        'no-ciphertext',
        'an empty field',
        formatToken({ ...parts, ciphertext: new Uint8Array(0) }),
        at,
      ),
    ],
  }
}

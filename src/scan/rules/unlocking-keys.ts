import { fromBase64 } from '../../core/base64.ts'
import { bech32Checksum, isBech32 } from '../checksums.ts'
import { shannon } from '../entropy.ts'
import { isPlaceholder } from '../placeholder.ts'
import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, assigned, filler, inText, nearMisses, unassigned } from './samples.ts'

/** A line feed as it stands in a file, or in a string literal, and the indent of the next line. */
const LINE_BREAK = '(?:\\r?\\n|(?:\\\\r)?\\\\n)[ \\t]{0,64}'
/** A quote of JSON, or of JSON within JSON; none for the first one, which the pattern before has read. */
const QUOTE = '\\s{0,8}\\\\{0,3}"\\s{0,8}'
const NAME_REST = 40
const GAP = 80

interface VariableFacts extends Pick<
  Rule,
  'id' | 'provider' | 'title' | 'revoke' | 'neverPlaceholder' | 'accepts'
> {
  readonly name: string
  /** Source of the pattern of the value. */
  readonly value: string
  /** A value of that form. */
  readonly example: string
}

/**
 * The value of a variable that holds a private key and nothing else, in whatever syntax: between its name and the
 * value stands nothing but signs, line breaks and the word `value` (`name: X`, next line `value: …`).
 */
function variable({ name, value, example, ...facts }: VariableFacts): Rule {
  const gap = `(?:[\\s"'\`\\\\:=>|,;()[\\]{}+-]|value){1,${GAP}}?`
  return {
    ...facts,
    kind: 'private-key',
    shape: 'token',
    severity: 'critical',
    confidence: 'high',
    keywords: [name],
    anyCase: true,
    pattern: new RegExp(`${name}[\\w.$-]{0,${NAME_REST}}?${gap}(?<secret>${value})`),
    lead: 0,
    reach: name.length + NAME_REST + GAP * 5 + 80,
    positives: () => [
      ...assigned(`${name}_PRODUCTION`, example),
      `ENV ${name} ${example}\n`,
      `  - name: ${name}\n    value: "${example}"\n`,
      `${name}: >-\n  ${example}\n`,
      `{"name": "${name}", "value": "${example}"}`,
    ],
    negatives: () => [
      ...unassigned(name, example),
      `${name}=\${SECRET} # see the docs\nDIGEST=${example}`,
      `${name}=${'A'.repeat(43)}=`,
    ],
  }
}

/** True for 32 bytes in canonical base64 that look drawn at random: nothing else opens anything. */
function isEpochKey(text: string): boolean {
  return fromBase64(text)?.length === 32 && shannon(text) > 4 && !isCounting(text)
}

/** True if the bytes count upwards by one: keys of worked examples, such as the ones in docs/SPEC.md. */
function isCounting(key: string): boolean {
  const bytes = fromBase64(key)
  return bytes !== null && bytes.every((byte, i) => i === 0 || byte === (bytes[i - 1]! + 1) % 256)
}

const ageData = (length: number) => filler(length, alphabets.bech32)
const classicPrefix = ['AGE', 'SECRET', 'KEY', ''].join('-')
const hybridPrefix = ['AGE', 'SECRET', 'KEY', 'PQ', ''].join('-')
const bech32Key = (prefix: string, length: number) => {
  const data = ageData(length - 6)
  return `${prefix}1${(data + bech32Checksum(prefix.toLowerCase(), data)).toUpperCase()}`
}

/** Keys that open what gitward or a sister tool protects: kind `private-key`, which nothing accepts. */
export const unlockingKeyRules: readonly Rule[] = [
  token({
    id: 'age-secret-key',
    provider: 'age',
    title: 'age identity',
    kind: 'private-key',
    severity: 'critical',
    confidence: 'medium',
    keywords: [classicPrefix],
    format: `${classicPrefix}1[0-9A-Z]{58}|${hybridPrefix}1[0-9A-Z]{58}`,
    longest: 80,
    checksum: isBech32,
    neverPlaceholder: true,
    accepts: identity => isBech32(identity) || !isPlaceholder(identity),
    revoke: {
      url: '',
      how: 'make another one (gitward keygen), and change every secret that this one opens',
    },
    positives: () => [bech32Key(classicPrefix, 58), bech32Key(hybridPrefix, 58)].flatMap(inText),
    negatives: () => nearMisses(`${classicPrefix}1`, ageData(58).toUpperCase()),
  }),
  token({
    id: 'gitward-epoch-key',
    provider: 'gitward',
    title: 'gitward epoch key',
    kind: 'private-key',
    severity: 'critical',
    confidence: 'high',
    keywords: ['gitward-key/v1'],
    format: `gitward-key/v1${LINE_BREAK}(?:[ -~]{1,200}?${LINE_BREAK}){2,3}key [A-Za-z0-9+/]{43}=`,
    neverPlaceholder: true,
    accepts: payload => !isCounting(payload.slice(-44)),
    longest: 1200,
    revoke: { url: '', how: 'change every secret that it opens' },
    positives: () => [
      ...[1, 2, 3].map(epochPayload),
      epochPayload(1).replaceAll('\n', '\r\n'),
      epochPayload(1).replaceAll(/^/gm, '    '),
      JSON.stringify({ payload: epochPayload(1) }),
    ],
    negatives: () => [
      'the payload starts with gitward-key/v1 and a line feed',
      epochPayload(1).replace('\nkey ', '\nkid '),
      epochPayload(1).replace('v1', 'v9'),
    ],
  }),
  variable({
    id: 'gitward-key-variable',
    provider: 'gitward',
    title: 'gitward epoch key in a variable',
    name: 'GITWARD_KEY',
    value: '(?:[a-z0-9][a-z0-9-]{0,31}=)?[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])',
    neverPlaceholder: true,
    accepts: value => isEpochKey(value.slice(-44)),
    revoke: { url: '', how: 'change every secret that it opens' },
    example: `prod=${exampleKey(1)}`,
  }),
  {
    id: 'gitward-keyring',
    provider: 'gitward',
    title: 'gitward keyring',
    kind: 'private-key',
    shape: 'token',
    severity: 'critical',
    confidence: 'high',
    keywords: ['"epoch'],
    pattern: new RegExp(
      `"epoch${QUOTE}:\\s{0,8}\\d{1,10}\\s{0,8},\\s{0,40}${QUOTE}repo${QUOTE}:\\s{0,8}${QUOTE}[A-Za-z0-9+/]{22}==${QUOTE},` +
        `\\s{0,40}${QUOTE}key${QUOTE}:\\s{0,8}${QUOTE}(?<secret>[A-Za-z0-9+/]{43}=)`,
    ),
    lead: 0,
    reach: 300,
    neverPlaceholder: true,
    accepts: isEpochKey,
    revoke: { url: '', how: 'change every secret that it opens' },
    positives: () => [
      keyring(1),
      JSON.stringify(JSON.parse(keyring(2)), null, 2),
      JSON.stringify({ copy: keyring(3) }),
    ],
    negatives: () => [
      '{"epoch": 3, "loss": 0.1, "key": "value"}',
      keyring(1).replace('"key"', '"kid"'),
      keyring(1).replace(exampleKey(1), 'A'.repeat(43) + '='),
    ],
  },
  variable({
    id: 'dotenvx-private-key',
    provider: 'dotenvx',
    title: 'dotenvx private key',
    name: 'DOTENV_PRIVATE_KEY',
    value: '[0-9a-f]{64}(?![0-9a-f])',
    revoke: { url: 'https://dotenvx.com/docs', how: 'dotenvx rotate' },
    example: filler(64, alphabets.hex),
  }),
]

function exampleKey(seed: number): string {
  return `${filler(42, alphabets.base64, seed)}A=`
}

const keyring = (seed: number): string =>
  JSON.stringify([{ scope: 'prod', epoch: seed, repo: `${filler(21)}A==`, key: exampleKey(seed) }])

function epochPayload(seed: number): string {
  return `gitward-key/v1\nrepo ${filler(22)}==\nscope prod\nepoch 1\nkey ${exampleKey(seed)}\nmembers ${filler(43)}=\n`
}

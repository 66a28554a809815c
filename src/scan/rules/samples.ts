const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'

/** Alphabets that providers draw from. */
export const alphabets = {
  hex: `${DIGITS}abcdef`,
  digits: DIGITS,
  letters: LOWER + LOWER.toUpperCase(),
  upper: LOWER.toUpperCase() + DIGITS,
  lower: LOWER + DIGITS,
  base32: `${LOWER.toUpperCase()}234567`,
  base62: LOWER + LOWER.toUpperCase() + DIGITS,
  base64: `${LOWER}${LOWER.toUpperCase()}${DIGITS}+/`,
  url: `${LOWER}${LOWER.toUpperCase()}${DIGITS}-_`,
  bech32: 'qpzry9x8gf2tvdw0s3jn54khce6mua7l',
} as const

/**
 * `length` characters that look random and are the same in every run: examples are made when a test asks, so that
 * no source file holds anything that looks live.
 */
export function filler(length: number, alphabet: string = alphabets.base62, seed = 1): string {
  let state = (seed * 2654435761 + length) >>> 0
  let text = ''
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    text += alphabet[(state >>> 8) % alphabet.length]!
  }
  return text
}

/** A secret as it stands in a dotenv file, in JSON, in a shell command and behind a line break in a string. */
export const inText = (secret: string): string[] => [
  `export NAME=${secret}\n`,
  `{ "name": "${secret}", "port": 5432 }`,
  `curl --header 'X-Name: ${secret}' https://api.test/v1`,
  `log("done\\n${secret}")`,
]

/** What looks like `prefix + body` and is none: a placeholder, a reference, a stump, a part of a longer word. */
export const nearMisses = (prefix: string, body: string): string[] => [
  prefix + 'x'.repeat(body.length),
  `${prefix}\${TOKEN}`,
  prefix + body.slice(0, Math.floor(body.length / 3)),
  `word${prefix}${body}`,
]

/** Assignments of `value` to `name` in the syntaxes that config and code use. */
export const assigned = (name: string, value: string): string[] => [
  `${name}=${value}\n`,
  `  "${name}": "${value}",`,
  `const ${name} = '${value}';`,
  `${name}: ${value}`,
]

/** Assignments that hold no secret. */
export const unassigned = (name: string, value: string): string[] => [
  `${name}=\${${name.toUpperCase()}}`,
  `${name} = os.environ["${name.toUpperCase()}"]`,
  `# set ${name} before you start, then check ${value}`,
  `${name} = "<your ${name}>"`,
]

// Runs in Node and in a browser, over whichever `gitward` it is given: no Node here.

const fromHex = hex => Uint8Array.from(hex.match(/../g) ?? [], digits => Number.parseInt(digits, 16))
const fromBase64 = text => Uint8Array.from(atob(text), character => character.charCodeAt(0))
const toHex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
const text = bytes => new TextDecoder().decode(bytes)

/** How each golden file spells an envelope, opens it and seals it again. */
const KINDS = {
  'token.json': {
    read: envelope => envelope,
    open: (gitward, key, token, { pointer }) =>
      new TextEncoder().encode(gitward.openValue(key, pointer, token)),
    seal: (gitward, key, plaintext, { pointer }) => gitward.sealValue(key, pointer, text(plaintext)),
  },
  'json-envelope.json': {
    read: envelope => new TextEncoder().encode(envelope),
    open: (gitward, key, envelope) => gitward.openJson(key, envelope),
    seal: (gitward, key, plaintext) => gitward.sealJson(key, plaintext),
  },
  'file-envelope.json': {
    read: fromBase64,
    open: (gitward, key, envelope) => gitward.openFile(key, envelope),
    seal: (gitward, key, plaintext) => gitward.sealFile(key, plaintext),
  },
}

/** What becomes of every golden vector: the plaintext in hex and whether it seals to the same bytes, or the error code. */
export const openGoldens = (gitward, goldens) =>
  Object.entries(goldens).flatMap(([file, { vectors }]) =>
    vectors.map(vector => ({ name: `${file} ${vector.name}`, ...outcome(gitward, KINDS[file], vector) })),
  )

function outcome(gitward, kind, vector) {
  const { repo, key: secret, scope = 'default', kids, envelope } = vector
  const key = gitward.epochKey(fromHex(secret), fromHex(repo))
  const owner = kids ? kids[toHex(key.kid)] : scope
  const keys = owner === undefined ? [] : [{ scope: owner, key }]
  try {
    const sealed = kind.read(envelope)
    const plaintext = kind.open(gitward, gitward.keyFor(keys, scope, sealed), sealed, vector)
    const again = kind.seal(gitward, key, plaintext, vector)
    return { plaintext: toHex(plaintext), sealsTheSame: toHex(bytesOf(again)) === toHex(bytesOf(sealed)) }
  } catch (error) {
    return { code: error instanceof gitward.GitwardError ? error.code : String(error) }
  }
}

const bytesOf = sealed => (typeof sealed === 'string' ? new TextEncoder().encode(sealed) : sealed)

/** Files, JSON envelopes and values of these lengths, sealed: their lengths and FNV-1a sums. */
export const sealLengths = (gitward, lengths) =>
  lengths.map(length => [length, ...sealedSums(gitward, length)])

function sealedSums(gitward, length) {
  const key = gitward.epochKey(new Uint8Array(32).fill(7), new Uint8Array(16).fill(9))
  const plaintext = Uint8Array.from({ length }, (_, i) => (i * 7 + Math.floor(i / 251)) % 128)
  const value = gitward.sealValue(key, `/of/${length}`, text(plaintext))
  const sealed = [gitward.sealFile(key, plaintext), gitward.sealJson(key, plaintext), bytesOf(value)]
  return sealed.map(bytes => [bytes.length, fnv1a(bytes)])
}

/** 32 bits, without waiting: a page counts as loaded before its promises are kept. */
function fnv1a(bytes) {
  let sum = 0x811c9dc5
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193)
  return sum >>> 0
}

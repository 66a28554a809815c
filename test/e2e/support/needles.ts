import path from 'node:path'

/** Something that must not be found, and what to call it where it was. */
export interface Needle {
  readonly what: string
  readonly bytes: Buffer
}

/** Shorter forms stand in random bytes by chance. */
const SHORTEST = 12

/** Where a byte of base64 begins that belongs to the bytes alone, by how many bytes stand before them. */
const OWN_FROM = [0, 2, 3]
/** How many characters at the end belong to what follows, too; by the length of all, modulo three. */
const SHARED_AT_END = [0, 3, 2]

/** A secret as it may stand in other bytes: plain, in hex, in base64 at each of three places, in a URL. */
export function formsOf(secret: Buffer): Buffer[] {
  const hex = secret.toString('hex')
  const base64 = OWN_FROM.map((from, before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64')
    return text.slice(from, text.length - SHARED_AT_END[(before + secret.length) % 3]!)
  })
  const url = [...secret].map(byte => encodedByte(byte)).join('')
  const texts = [
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')),
    url,
    url.replaceAll(/%../g, escape => escape.toLowerCase()),
  ]
  const forms = new Map(
    [secret, ...texts.map(text => Buffer.from(text))].map(form => [form.toString('hex'), form]),
  )
  return [...forms.values()].filter(form => form.length >= SHORTEST)
}

const encodedByte = (byte: number): string =>
  /[A-Za-z0-9_.~-]/.test(String.fromCharCode(byte))
    ? String.fromCharCode(byte)
    : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`

/** Finds any of many needles in one pass. */
export class Finder {
  /** By their first two bytes. */
  readonly #byStart: (Needle[] | undefined)[] = Array.from({ length: 2 ** 16 })

  constructor(needles: readonly Needle[]) {
    for (const { what, bytes } of needles)
      for (const form of formsOf(bytes))
        (this.#byStart[form.readUInt16BE(0)] ??= []).push({ what, bytes: form })
  }

  /** What was found, each once. */
  find(bytes: Buffer): string[] {
    const found = new Set<string>()
    for (let at = 0; at + SHORTEST <= bytes.length; at++) {
      const needles = this.#byStart[(bytes[at]! << 8) | bytes[at + 1]!]
      if (needles === undefined) continue
      for (const { what, bytes: form } of needles)
        if (bytes.compare(form, 0, form.length, at, Math.min(at + form.length, bytes.length)) === 0)
          found.add(what)
    }
    return [...found]
  }
}

/** Words of a command, cut short, with those hidden that hold what is looked for. */
export const masked = (words: readonly string[], finder: Finder): string =>
  words
    .map(word => (finder.find(Buffer.from(word)).length > 0 ? '***' : path.basename(word).slice(0, 40)))
    .join(' ')

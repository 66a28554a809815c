/** A generator of numbers below n (mulberry32), the same for the same seed, target and run. */
export function random(...parts) {
  let sum = parts.reduce((mixed, part) => Math.imul(mixed ^ part, 0x9e3779b1) + 0x7f4a7c15, 1)
  return n => {
    sum = (sum + 0x6d2b79f5) | 0
    let t = Math.imul(sum ^ (sum >>> 15), 1 | sum)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

/** One of the seeds after one to eight changes. */
export function mutant(seeds, below) {
  let bytes = seeds[below(seeds.length)]
  for (let times = 1 + below(1 << below(4)); times > 0; times--)
    bytes = CHANGES[below(CHANGES.length)](bytes, below, seeds)
  return bytes
}

const TELLING = [
  0x00, 0x0a, 0x0d, 0x20, 0x22, 0x23, 0x27, 0x2d, 0x3a, 0x3d, 0x5b, 0x5c, 0x7b, 0x80, 0xc3, 0xef, 0xff,
]
const joined = (...parts) => Uint8Array.from(Buffer.concat(parts))
const range = (bytes, below) => {
  const start = below(bytes.length + 1)
  return [start, Math.min(bytes.length, start + below(1 << below(10)))]
}
const withByte = (bytes, at, byte) => (bytes.length === 0 ? bytes : bytes.with(at % bytes.length, byte))

const CHANGES = [
  (bytes, below) => {
    const at = below(bytes.length || 1)
    return withByte(bytes, at, bytes[at] ^ (1 << below(8)))
  },
  (bytes, below) => withByte(bytes, below(bytes.length || 1), below(256)),
  (bytes, below) => withByte(bytes, below(bytes.length || 1), TELLING[below(TELLING.length)]),
  (bytes, below) => {
    const at = below(bytes.length + 1)
    return joined(bytes.subarray(0, at), Uint8Array.of(TELLING[below(TELLING.length)]), bytes.subarray(at))
  },
  (bytes, below) => {
    const [start, end] = range(bytes, below)
    return joined(bytes.subarray(0, start), bytes.subarray(end))
  },
  (bytes, below) => {
    const [start, end] = range(bytes, below)
    return joined(bytes.subarray(0, end), bytes.subarray(start))
  },
  (bytes, below) => bytes.subarray(0, below(bytes.length + 1)),
  (bytes, below, seeds) => {
    const [start, end] = range(bytes, below)
    const other = seeds[below(seeds.length)]
    return joined(bytes.subarray(0, start), other.subarray(...range(other, below)), bytes.subarray(end))
  },
]

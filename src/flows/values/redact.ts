/** Masks secrets in a stream of bytes, wherever its chunks are cut. */
export interface Redactor {
  /** What may be shown now; bytes that could be the start of a secret wait. */
  push(this: void, chunk: Uint8Array): Buffer
  /** What is left when the stream has ended. */
  end(this: void): Buffer
}

const MASK = Buffer.from('***')

/** Shorter texts are everywhere: masking them would only show where they are not. */
const SHORTEST_MASKED = 4

/** What to look for: every secret, and every line of one, from `SHORTEST_MASKED` characters on. */
export function maskable(secrets: readonly string[]): string[] {
  const parts = secrets.flatMap(secret => [secret, ...secret.split(/\r\n|\r|\n/)])
  return [...new Set(parts)].filter(part => part.length >= SHORTEST_MASKED)
}

/** Replaces each run of bytes that secrets cover, overlapping ones together, by one mask. */
export function redactor(secrets: readonly string[]): Redactor {
  const needles = secrets.map(secret => Buffer.from(secret)).filter(needle => needle.length > 0)
  let pending: Buffer = Buffer.alloc(0)
  let covered = 0 // bytes at the head of `pending` whose mask was shown already

  const show = (cut: number): Buffer => {
    const shown: Uint8Array[] = []
    let at = 0
    let stillCovered = 0
    for (const { start, end } of coverage(pending, needles, covered)) {
      const wasShown = start === 0 && covered > 0
      if (start >= cut && !wasShown) break
      shown.push(pending.subarray(at, start), ...(wasShown ? [] : [MASK]))
      at = Math.min(end, cut)
      stillCovered = Math.max(0, end - cut)
    }
    shown.push(pending.subarray(at, cut))
    covered = stillCovered
    pending = pending.subarray(cut)
    return Buffer.concat(shown)
  }

  return {
    push(chunk) {
      pending = Buffer.concat([pending, chunk])
      return show(pending.length - unfinished(pending, needles))
    },
    end: () => show(pending.length),
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

/** The ranges that secrets cover, in order and apart; the first `covered` bytes are one already. */
function coverage(bytes: Buffer, needles: readonly Buffer[], covered: number): Range[] {
  const hits = needles.flatMap(needle => hitsOf(bytes, needle)).sort((a, b) => a.start - b.start)
  const ranges: Range[] = covered > 0 ? [{ start: 0, end: covered }] : []
  for (const hit of hits) {
    const last = ranges.at(-1)
    if (last && hit.start < last.end)
      ranges.splice(-1, 1, { start: last.start, end: Math.max(last.end, hit.end) })
    else ranges.push(hit)
  }
  return ranges
}

function hitsOf(bytes: Buffer, needle: Buffer): Range[] {
  const hits: Range[] = []
  for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1))
    hits.push({ start: at, end: at + needle.length })
  return hits
}

/** Length of the longest end of `bytes` that is the start of a secret, but not all of it. */
function unfinished(bytes: Buffer, needles: readonly Buffer[]): number {
  let longest = 0
  for (const needle of needles) {
    for (let length = Math.min(needle.length - 1, bytes.length); length > longest; length--) {
      if (bytes.subarray(bytes.length - length).equals(needle.subarray(0, length))) longest = length
    }
  }
  return longest
}

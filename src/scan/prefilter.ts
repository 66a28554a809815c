import type { Bytes } from '../core/bytes.ts'
import { buildAutomaton, ROW, type Automaton } from './automaton.ts'

/** Called once for each place where the keyword number `keyword` starts, in no particular order. */
export type OnHit = (keyword: number, start: number) => void

export interface Prefilter {
  /** Finds every occurrence of every keyword, without case. Time is linear in `bytes`, whatever they hold. */
  search(bytes: Bytes, onHit: OnHit): void
}

/** Below this, splitting costs more than it saves. */
const STREAMED_BYTES = 512

/**
 * One pass over the bytes for all keywords at once (Aho-Corasick). Four streams run through four quarters of
 * the buffer in one loop: each step waits for its table, and four waits overlap.
 */
export function createPrefilter(keywords: readonly string[]): Prefilter {
  const automaton = buildAutomaton(keywords)
  const lengths = Uint16Array.from(keywords, keyword => keyword.length)
  const overlap = lengths.reduce((longest, length) => Math.max(longest, length), 1) - 1
  const report = (state: number, end: number, limit: number, onHit: OnHit): void => {
    for (const keyword of automaton.ends[(state - automaton.firstMatch) / ROW]!) {
      const start = end - lengths[keyword]!
      if (start < limit) onHit(keyword, start)
    }
  }
  return {
    search(bytes, onHit) {
      if (bytes.length < STREAMED_BYTES) return searchOne(automaton, bytes, onHit, report)
      // a Buffer is another type to the compiler
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      return searchFour(automaton, plain, overlap, onHit, report)
    },
  }
}

/** Tells of the keywords that end at `end`, but those that start at `limit` or later: the next stream has them. */
type Report = (state: number, end: number, limit: number, onHit: OnHit) => void

function searchOne(automaton: Automaton, bytes: Bytes, onHit: OnHit, report: Report): void {
  run(automaton, bytes, { state: 0, from: 0, to: bytes.length, limit: bytes.length }, onHit, report)
}

interface Stretch {
  readonly state: number
  readonly from: number
  readonly to: number
  readonly limit: number
}

function run(automaton: Automaton, bytes: Bytes, stretch: Stretch, onHit: OnHit, report: Report): void {
  const { next, firstMatch } = automaton
  const { from, to, limit } = stretch
  let state = stretch.state
  for (let i = from; i < to; i++) {
    state = next[state | bytes[i]!]!
    if (state >= firstMatch) report(state, i + 1, limit, onHit)
  }
}

function searchFour(automaton: Automaton, bytes: Bytes, overlap: number, onHit: OnHit, report: Report): void {
  const { firstMatch } = automaton
  const quarter = bytes.length >>> 2
  const starts = [0, quarter, 2 * quarter, 3 * quarter] as const
  const limits = [quarter, 2 * quarter, 3 * quarter, bytes.length] as const
  const states = new Int32Array(4)
  for (let i = 0; i < quarter;) {
    i = toNextMatch(automaton, bytes, states, i, quarter)
    for (let stream = 0; stream < 4; stream++)
      if (states[stream]! >= firstMatch) report(states[stream]!, starts[stream]! + i, limits[stream]!, onHit)
  }
  // A keyword across a seam belongs to the stream in which it starts: each runs on into the next quarter.
  for (const [stream, state] of states.entries()) {
    const limit = limits[stream]!
    const from = starts[stream]! + quarter
    const to = Math.min(stream === 3 ? bytes.length : from + overlap, bytes.length)
    run(automaton, bytes, { state, from, to, limit }, onHit, report)
  }
}

/**
 * Steps all four streams from byte `from` of their quarters on, up to a match or the end. The hottest loop of the scan:
 * it calls nothing and sees one type of each thing, so that it is compiled once, for good.
 * @returns the number of the byte behind the last step; `states` are those after it.
 */
function toNextMatch(
  { next, firstMatch }: Automaton,
  bytes: Bytes,
  states: Int32Array,
  from: number,
  quarter: number,
): number {
  const second = quarter
  const third = 2 * quarter
  const fourth = 3 * quarter
  let a = states[0]!
  let b = states[1]!
  let c = states[2]!
  let d = states[3]!
  let i = from
  do {
    a = next[a | bytes[i]!]!
    b = next[b | bytes[second + i]!]!
    c = next[c | bytes[third + i]!]!
    d = next[d | bytes[fourth + i]!]!
    i++
  } while (i < quarter && a < firstMatch && b < firstMatch && c < firstMatch && d < firstMatch)
  states[0] = a
  states[1] = b
  states[2] = c
  states[3] = d
  return i
}

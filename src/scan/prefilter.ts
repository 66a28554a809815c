import type { Bytes } from '../core/bytes.ts'
import { buildAutomaton, type Automaton } from './automaton.ts'

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
    for (const keyword of automaton.ends[(state - automaton.firstMatch) / automaton.width]!) {
      const start = end - lengths[keyword]!
      if (start < limit) onHit(keyword, start)
    }
  }
  return {
    search(bytes, onHit) {
      if (bytes.length < STREAMED_BYTES) return searchOne(automaton, bytes, onHit, report)
      return searchFour(automaton, bytes, overlap, onHit, report)
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
  const { columns, next, firstMatch } = automaton
  const { from, to, limit } = stretch
  let state = stretch.state
  for (let i = from; i < to; i++) {
    state = next[state + columns[bytes[i]!]!]!
    if (state >= firstMatch) report(state, i + 1, limit, onHit)
  }
}

function searchFour(automaton: Automaton, bytes: Bytes, overlap: number, onHit: OnHit, report: Report): void {
  const { columns, next, firstMatch } = automaton
  const quarter = Math.floor(bytes.length / 4)
  const second = quarter
  const third = 2 * quarter
  const fourth = 3 * quarter
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let i = 0; i < quarter; i++) {
    a = next[a + columns[bytes[i]!]!]!
    b = next[b + columns[bytes[second + i]!]!]!
    c = next[c + columns[bytes[third + i]!]!]!
    d = next[d + columns[bytes[fourth + i]!]!]!
    if (a >= firstMatch) report(a, i + 1, second, onHit)
    if (b >= firstMatch) report(b, second + i + 1, third, onHit)
    if (c >= firstMatch) report(c, third + i + 1, fourth, onHit)
    if (d >= firstMatch) report(d, fourth + i + 1, bytes.length, onHit)
  }
  // A keyword across a seam belongs to the stream in which it starts: each runs on into the next quarter.
  const seams = [
    { state: a, from: second, limit: second },
    { state: b, from: third, limit: third },
    { state: c, from: fourth, limit: fourth },
  ]
  for (const seam of seams) {
    const to = Math.min(seam.from + overlap, bytes.length)
    run(automaton, bytes, { ...seam, to }, onHit, report)
  }
  const rest = { state: d, from: fourth + quarter, to: bytes.length, limit: bytes.length }
  run(automaton, bytes, rest, onHit, report)
}

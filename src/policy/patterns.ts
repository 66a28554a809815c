import { gitPathOf, type GitPath } from '../core/path.ts'
import { DOUBLE_STAR, parsePattern, STAR, type Segment } from './pattern-syntax.ts'

/**
 * Refuses what `parsePattern` refuses.
 * @throws {GitwardError} CONFIG naming the pattern; the hint says what to write instead.
 */
export function assertPattern(pattern: string): void {
  parsePattern(pattern)
}

/**
 * A gitattributes pattern as the source of a JavaScript regex (no flags) over a `GitPath`. It never backtracks
 * over more than one star, so that no pattern can stall the filter.
 * @throws {GitwardError} CONFIG as `assertPattern`.
 */
export function compilePattern(pattern: string): string {
  const { anchored, segments } = parsePattern(pattern)
  const nextGroup = counter()
  const rooted: readonly Segment[] = anchored ? segments : [DOUBLE_STAR, ...segments]
  let source = ''
  let skip = ''
  let chunk = ''
  for (const [i, segment] of rooted.entries()) {
    if (segment !== DOUBLE_STAR) {
      chunk += segmentSource(segment, nextGroup) + (i === rooted.length - 1 ? '' : '/')
      continue
    }
    source += skip === '' ? chunk : once(skip + chunk, nextGroup)
    skip = ANY_FOLDERS
    chunk = ''
  }
  const rest = chunk === '' ? ANYTHING : skip + chunk
  return `^${source}${rest}$`
}

const ANY_FOLDERS = '(?:[^/]*/)*?'
const ANYTHING = '[^]*'

/**
 * A segment's pieces between stars have a fixed length, so the first place where a piece fits is as good as any
 * later one; only the last piece must end where the segment ends.
 */
function segmentSource(pieces: readonly string[], nextGroup: () => number): string {
  const runs = splitAtStars(pieces)
  const [first = '', ...others] = runs
  const last = others.pop()
  const inner = others.map(run => once(`[^/]*?${run}`, nextGroup))
  return first + inner.join('') + (last === undefined ? '' : `[^/]*${last}`)
}

function splitAtStars(pieces: readonly string[]): string[] {
  const runs = ['']
  for (const piece of pieces) {
    if (piece === STAR) runs.push('')
    else runs[runs.length - 1] += piece
  }
  return runs
}

/** `source`, matched once and never retried: JavaScript's spelling of an atomic group. */
function once(source: string, nextGroup: () => number): string {
  const name = `g${nextGroup()}`
  return `(?=(?<${name}>${source}))\\k<${name}>`
}

function counter(): () => number {
  let count = 0
  return () => ++count
}

const regexes = new Map<string, RegExp>()

/**
 * True if the compiled pattern `source` matches the whole of `path`. `ignoreCase` is how git itself compares where
 * core.ignorecase is set.
 */
export function matches(source: string, path: GitPath, { ignoreCase = false } = {}): boolean {
  const flags = ignoreCase ? 'i' : ''
  const regex = regexes.get(flags + source) ?? new RegExp(source, flags)
  regexes.set(flags + source, regex)
  return regex.test(path)
}

/** The pattern as it stands at the start of a .gitattributes line: ASCII, C-quoted where git needs it. */
export function quotePattern(pattern: string): string {
  if (/^(?!#)[!#-~]+$/.test(pattern)) return pattern
  return `"${Array.from(gitPathOf(pattern), quoteByte).join('')}"`
}

function quoteByte(byte: string): string {
  if (byte === '"' || byte === '\\') return `\\${byte}`
  if (byte >= ' ' && byte <= '~') return byte
  return `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`
}

import { GitwardError } from '../core/errors.ts'
import { quotePattern } from './patterns.ts'
import type { CompiledPolicy } from './policy.ts'

const BEGIN = '# gitward: managed block, keep it last'
const END = '# gitward: end'

/** Git must neither convert nor expand ciphertext: an `eol=crlf` would destroy it. */
const VERBATIM = '-text -working-tree-encoding -ident'

/** What git reads before it can run any filter, and what every clone must be able to read. */
const NEVER_PROTECTED = [
  `.gitward/** !filter !diff !merge ${VERBATIM}`,
  '.gitward/keys/** -merge',
  '.gitattributes !filter !diff !merge',
]

/** The attribute lines that make git run gitward where the policy protects, between marker lines, LF ended. */
export function managedBlock(policy: CompiledPolicy): string {
  return [BEGIN, ...patternLines(policy), ...NEVER_PROTECTED, END].map(line => `${line}\n`).join('')
}

/** A line for each pattern, in the order of the rules, where the last match wins as it does in the policy. */
function patternLines({ rules }: CompiledPolicy): string[] {
  const patterns = new Set<string>()
  for (const { pattern } of rules.flatMap(({ paths }) => paths)) {
    patterns.delete(pattern)
    patterns.add(pattern)
  }
  return Array.from(
    patterns,
    pattern => `${quotePattern(pattern)} filter=gitward diff=gitward merge=gitward ${VERBATIM}`,
  )
}

/**
 * The text of a .gitattributes with the policy's block as its last lines, in the line ends of the text. All
 * else keeps its bytes, but for a line end that the last line lacks. Decode the file as Latin-1: the block is
 * ASCII, and patterns of users need not be UTF-8.
 * @throws {GitwardError} CONFIG if a marker stands without its partner.
 */
export function placeBlock(text: string, policy: CompiledPolicy): string {
  const rest = removeBlock(text)
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n'
  const gap = rest === '' || rest.endsWith('\n') ? '' : lineEnd
  return rest + gap + managedBlock(policy).replaceAll('\n', lineEnd)
}

/**
 * The text without the block (each of them, should a merge have left two); all else keeps its bytes.
 * @throws {GitwardError} CONFIG if a marker stands without its partner.
 */
export function removeBlock(text: string): string {
  let isInside = false
  const kept = text.split(/(?<=\n)/).filter(line => {
    const isBegin = line.startsWith('# gitward: managed block')
    const isEnd = line.trimEnd() === END
    if ((isBegin && isInside) || (isEnd && !isInside)) throw unpaired()
    const isOurs = isInside || isBegin
    isInside = isOurs && !isEnd
    return !isOurs
  })
  if (isInside) throw unpaired()
  return kept.join('')
}

const unpaired = (): GitwardError =>
  new GitwardError('CONFIG', `.gitattributes: "${BEGIN}" and "${END}" do not stand in pairs`, {
    hint: 'delete both lines and what stands between them, then gitward doctor --fix',
  })

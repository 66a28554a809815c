import type { Bytes } from '../core/bytes.ts'
import { allowance } from './allow.ts'
import { candidateFinder, withoutOverlaps, type Candidate, type FindCandidates } from './candidates.ts'
import { layersOf } from './decoders.ts'
import type { Fingerprinter } from './fingerprint.ts'
import { decodeUtf16, fileLayer, isBinary, type Layer } from './layer.ts'
import { placesOf } from './positions.ts'
import { confidenceRank, type Confidence, type RawFinding, type Rule } from './rule.ts'

export interface ScanOptions {
  readonly rules: readonly Rule[]
  /** Names each secret without telling it. */
  readonly fingerprint: Fingerprinter
  /** Read the JSON strings of a Jupyter notebook as the text that they show. */
  readonly isNotebook?: boolean
  /** Less sure findings are left out, before any fingerprint is made. Default `low`: all. */
  readonly minConfidence?: Confidence
}

/** Rules are compiled once a table. */
const finders = new WeakMap<readonly Rule[], FindCandidates>()

/**
 * Every secret that `rules` know in one file, by place: one finding a secret. Findings that a comment allows are among
 * them, marked. In a binary file (NUL in the first 8 KB, no UTF-16 mark) only tokens are looked for, as they
 * stand: names and encodings mean nothing there.
 */
export function scan(bytes: Bytes, options: ScanOptions): RawFinding[] {
  const wide = decodeUtf16(bytes)
  const text = wide ? wide.bytes : bytes
  const sure = candidatesIn(text, options).filter(
    ({ confidence }) => confidenceRank(confidence) >= confidenceRank(options.minConfidence ?? 'low'),
  )
  const places = placesOf(text, sure)
  return sure.map((candidate, i) => {
    const { rule, confidence, secret } = candidate
    const { start, end } = wide ? wide.origin(candidate) : candidate
    return {
      kind: rule.kind,
      rule: rule.id,
      severity: rule.severity,
      confidence,
      ...places[i]!,
      start,
      end,
      fingerprint: options.fingerprint(rule, secret),
      allowed: rule.kind === 'private-key' ? null : allowance(text, candidate, rule.id),
    }
  })
}

function candidatesIn(text: Bytes, { rules, isNotebook = false }: ScanOptions): Candidate[] {
  const find = finderOf(rules)
  const tokensOnly = isBinary(text)
  const layers: Iterable<Layer> = tokensOnly ? [fileLayer(text)] : layersOf(fileLayer(text), { isNotebook })
  const found: Candidate[] = []
  for (const layer of layers) {
    for (const candidate of find(layer, { tokensOnly })) found.push(candidate)
  }
  return found.length === 0 ? found : withoutOverlaps(found)
}

function finderOf(rules: readonly Rule[]): FindCandidates {
  const finder = finders.get(rules) ?? candidateFinder(rules)
  finders.set(rules, finder)
  return finder
}

import type { Bytes } from '../core/bytes.ts'
import { isCiphertext } from './ciphertext.ts'
import { shannon } from './entropy.ts'
import type { Layer, Range } from './layer.ts'
import { isPlaceholder } from './placeholder.ts'
import { createPrefilter } from './prefilter.ts'
import { confidenceRank, shapeRank, type Confidence, type Rule } from './rule.ts'
import { matcherOf, type Match, type Matcher } from './window.ts'

/** A secret that one rule sees in one layer. */
export interface Candidate extends Range {
  readonly rule: Rule
  readonly confidence: Confidence
  readonly depth: number
  /** Bytes of the secret, decoded: for the fingerprint, and nothing else. */
  readonly secret: Bytes
}

export type FindCandidates = (layer: Layer, options: { readonly tokensOnly: boolean }) => Candidate[]

interface Target {
  readonly rule: Rule
  readonly match: Matcher
  /** The keyword as the rule spells it. */
  readonly keyword: string
}

/** Compiles `rules` once, for any number of layers. */
export function candidateFinder(rules: readonly Rule[]): FindCandidates {
  const targets = targetsByKeyword(rules)
  const prefilter = createPrefilter([...targets.keys()])
  const byNumber = [...targets.values()]
  return (layer, { tokensOnly }) => {
    const found: Candidate[] = []
    prefilter.search(layer.bytes, (number, at) => {
      for (const target of byNumber[number]!) {
        if (tokensOnly && target.rule.shape !== 'token') continue
        const candidate = examine(layer, target, at)
        if (candidate) found.push(candidate)
      }
    })
    return found
  }
}

function targetsByKeyword(rules: readonly Rule[]): Map<string, Target[]> {
  const targets = new Map<string, Target[]>()
  for (const rule of rules) {
    const match = matcherOf(rule)
    for (const keyword of rule.keywords) {
      const same = targets.get(keyword.toLowerCase()) ?? []
      targets.set(keyword.toLowerCase(), [...same, { rule, match, keyword }])
    }
  }
  return targets
}

/** Cheapest question first: most hits end at one of the first two. */
function examine(layer: Layer, { rule, match, keyword }: Target, at: number): Candidate | null {
  if (!rule.anyCase && !isSpelled(layer.bytes, at, keyword)) return null
  if (rule.confirm && !rule.confirm(layer.bytes, at)) return null
  const found = match(layer.bytes, at)
  if (!found || !isBelievable(rule, found)) return null
  const { start, end } = layer.origin(found)
  const secret = layer.bytes.subarray(found.start, found.end)
  return { rule, confidence: confidenceOf(rule, found), depth: layer.depth, secret, start, end }
}

function isSpelled(bytes: Bytes, at: number, keyword: string): boolean {
  for (let i = 0; i < keyword.length; i++) if (bytes[at + i] !== keyword.charCodeAt(i)) return false
  return true
}

function isBelievable(rule: Rule, { secret }: Match): boolean {
  if ((!rule.neverPlaceholder && isPlaceholder(secret)) || isCiphertext(secret)) return false
  if (rule.minEntropy !== undefined && shannon(secret) < rule.minEntropy) return false
  return rule.accepts?.(secret) ?? true
}

const confidenceOf = (rule: Rule, { secret }: Match): Confidence =>
  rule.checksum?.(secret) ? 'high' : rule.confidence

/**
 * One candidate a secret, by place: of those that overlap, a private key wins, then the most specific rule, the
 * surest, the least decoded, the longest.
 */
export function withoutOverlaps(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = []
  for (const cluster of clusters(candidates)) {
    const winners: Candidate[] = []
    for (const candidate of cluster.sort(moreSpecific)) {
      if (!winners.some(winner => overlap(candidate, winner))) winners.push(candidate)
    }
    for (const winner of winners.sort((a, b) => a.start - b.start)) kept.push(winner)
  }
  return kept
}

const overlap = (a: Range, b: Range): boolean => a.start < b.end && b.start < a.end

const moreSpecific = (a: Candidate, b: Candidate): number =>
  Number(isPrivateKey(b)) - Number(isPrivateKey(a)) ||
  shapeRank(b.rule.shape) - shapeRank(a.rule.shape) ||
  confidenceRank(b.confidence) - confidenceRank(a.confidence) ||
  a.depth - b.depth ||
  b.end - b.start - (a.end - a.start) ||
  a.start - b.start

/** What nobody may accept must not hide behind what somebody may. */
const isPrivateKey = ({ rule }: Candidate): boolean => rule.kind === 'private-key'

/** Groups, by place, between which nothing overlaps: only inside of one must candidates be compared. */
function clusters(candidates: readonly Candidate[]): Candidate[][] {
  const groups: Candidate[][] = []
  let end = -1
  for (const candidate of [...candidates].sort((a, b) => a.start - b.start)) {
    if (candidate.start >= end) groups.push([])
    groups.at(-1)!.push(candidate)
    end = Math.max(end, candidate.end)
  }
  return groups
}

import type { Bytes } from '../core/bytes.ts'

export type Severity = 'low' | 'medium' | 'high' | 'critical'
export type Confidence = 'low' | 'medium' | 'high'

/** How sure a rule knows its secret; where several rules hit one secret, the earlier shape wins. */
export type Shape =
  /** The format alone gives it away (`glpat-…`): looked for in binary files too. */
  | 'token'
  /** Any random text, known by the vendor's name in front (`datadog_api_key: …`). */
  | 'named'
  /** Any value behind a word like `secret`. */
  | 'generic'

export interface Revoke {
  /** Where its owner withdraws the secret; empty if no one place exists. */
  readonly url: string
  /** One short step. */
  readonly how: string
}

/** One kind of secret. A value, never a mechanism: the scanner runs it. */
export interface Rule {
  /** Lower case with dashes. Stable for ever: it is part of each fingerprint. */
  readonly id: string
  readonly provider: string
  readonly title: string
  /** `private-key` opens what gitward itself protects: neither baseline nor comment accepts it. */
  readonly kind: 'secret' | 'private-key'
  readonly shape: Shape
  readonly severity: Severity
  readonly confidence: Confidence
  /** At least 3 ASCII bytes each; one of them stands in every match. Spelled exactly, unless `anyCase`. */
  readonly keywords: readonly string[]
  readonly anyCase?: true
  /** A cheap look at the bytes around a keyword: false ends it before any pattern runs. */
  readonly confirm?: (bytes: Bytes, keywordAt: number) => boolean
  /**
   * Run on a window around the keyword (`lead` characters in front of its start, `reach` from its start), one character a byte.
   * With `lead` 0 it must match at the keyword. The secret is the group named `secret`, else the whole match.
   * Every quantifier has an upper bound.
   */
  readonly pattern: RegExp
  readonly lead: number
  readonly reach: number
  /** The format leaves no room for a placeholder: long runs of one letter are part of real keys. */
  readonly neverPlaceholder?: true
  /** Bits a character that the secret must reach (Shannon). */
  readonly minEntropy?: number
  /** False drops the match: for what a pattern cannot say. Gets the secret. */
  readonly accepts?: (secret: string) => boolean
  /** True raises the confidence to high; false changes nothing (old tokens have no checksum). */
  readonly checksum?: (secret: string) => boolean
  /** The secret may hold under 80 random bits: its fingerprint must be slow to guess. */
  readonly lowEntropy?: true
  readonly revoke: Revoke
  /** Texts with exactly one finding of this rule. Built when called: no source holds anything that looks live. */
  positives(): readonly string[]
  /** Texts without a finding of this rule. */
  negatives(): readonly string[]
}

/** Where a finding stands. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** One secret in one file. Holds no text of it. */
export interface RawFinding extends Place {
  readonly kind: Rule['kind']
  readonly rule: string
  readonly severity: Severity
  readonly confidence: Confidence
  /** Byte range in the scanned file: of the encoded text, if the secret is encoded. */
  readonly start: number
  readonly end: number
  readonly fingerprint: string
  /** The reason of a `gitward:allow` comment on its line; null if there is none. */
  readonly allowed: string | null
}

const CONFIDENCES: readonly Confidence[] = ['low', 'medium', 'high']
const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical']
const SHAPES: readonly Shape[] = ['generic', 'named', 'token']

/** Larger is surer, worse, more specific. */
export const confidenceRank = (confidence: Confidence): number => CONFIDENCES.indexOf(confidence)
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity)
export const shapeRank = (shape: Shape): number => SHAPES.indexOf(shape)

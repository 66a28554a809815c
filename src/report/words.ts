import { severityRank } from '../scan/rule.ts'
import { ruleById } from '../scan/rules/table.ts'
import type { Finding, FindingKind, Report } from './report.ts'

const KIND_TITLES: Record<FindingKind, string> = {
  secret: 'secret in plain text',
  plaintext: 'plain text where ciphertext must stand',
  malformed: 'malformed ciphertext',
  'unknown-key': 'ciphertext of an unknown key',
  'wrong-scope': 'ciphertext of another scope',
  'moved-out': 'ciphertext outside protection',
  symlink: 'symbolic link under protection',
  attributes: 'git attributes turn encryption off',
  'filter-clash': 'another filter on a protected path',
  'textconv-cache': 'plain text in a textconv cache',
  'private-key': 'private key of gitward or a sister tool',
  policy: 'policy is weaker than before, or cannot be read',
}

/** What was found, for people: the title of the scan rule, else of the kind. */
export const titleOf = ({ rule, kind }: Finding): string => ruleById(rule)?.title ?? KIND_TITLES[kind]

/** How its owner withdraws the secret; null if the finding is no known secret. */
export function revocationOf({ rule }: Pick<Finding, 'rule'>): string | null {
  const revoke = ruleById(rule)?.revoke
  if (!revoke) return null
  return revoke.url === '' ? revoke.how : `${revoke.how} (${revoke.url})`
}

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `1.2 MB`, in powers of 1000. */
function byteCount(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? counted(bytes, 'byte') : `${value.toFixed(1)} ${units[unit]}`
}

/** One line that says what was looked at: a count of zero findings means nothing without it. */
export function summaryOf({ findings, scanned, unscanned, suppressed }: Report): string {
  const parts = [
    findings.length === 0 ? 'no findings' : counted(findings.length, 'finding'),
    `${counted(scanned.files, 'file')} scanned (${byteCount(scanned.bytes)})`,
    ...(unscanned.length > 0 ? [`${unscanned.length} not scanned`] : []),
    ...(suppressed > 0 ? [`${suppressed} accepted`] : []),
  ]
  return parts.join(', ')
}

/** Worst first; then by place. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || byPlace(a, b))

export const byPlace = (a: Finding, b: Finding): number =>
  compare(a.path, b.path) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** `text` without characters that could write to a terminal or turn its direction. */
export const harmless = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, unit => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

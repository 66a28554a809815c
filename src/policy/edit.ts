import * as v from 'valibot'
import { isMap, isSeq, parseDocument, stringify, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { GitwardError } from '../core/errors.ts'
import { complaint } from './issues.ts'
import { parsePolicy } from './parse.ts'
import { ruleSchema, type Policy, type ProtectRule, type ProtectRuleInput } from './schema.ts'
import { appendBlockItem, appendFlowItem, emptyList, removeItem, replaceEmptyList } from './splice.ts'

/**
 * The text of a policy with `rule` as its last rule, every other byte as it was. Patterns are left out whose last
 * rule has the same keys, except, whole and scope; if none remain, the text comes back unchanged.
 * @throws {GitwardError} CONFIG if the text is no policy, the rule is malformed, or the layout cannot be edited.
 */
export function addRule(text: string, rule: ProtectRuleInput): string {
  const policy = parsePolicy(text)
  const checked = checkedRule(rule)
  const paths = [...new Set(checked.paths)].filter(pattern => !isInForce(policy, pattern, checked))
  if (paths.length === 0) return text
  const added = { ...checked, paths }
  return proven(append(text, added), { ...policy, protect: [...policy.protect, added] })
}

function checkedRule(rule: ProtectRuleInput): ProtectRule {
  const result = v.safeParse(ruleSchema, rule)
  if (result.success) return result.output
  const { message, hint } = complaint(result.issues[0], 'the rule')
  throw new GitwardError('CONFIG', message, { hint: hint ?? 'gitward protect --help' })
}

/** True if the last rule with this very pattern says all that `rule` says. */
function isInForce({ protect }: Policy, pattern: string, rule: ProtectRule): boolean {
  const last = protect.findLast(({ paths }) => paths.includes(pattern))
  return last !== undefined && same({ ...last, paths: [] }, { ...rule, paths: [] })
}

function append(text: string, rule: ProtectRule): string {
  const { root, field, list } = protectList(text)
  const fields = fieldsOf(rule)
  const lines = fields.map((each, i) => (i === 0 ? '- ' : '  ') + each)
  if (list.flow !== true) return appendBlockItem(text, list, lines)
  const isBare = /^\[\s*\]$/.test(text.slice(list.range![0], list.range![1]))
  if (isBare && root.flow !== true) return replaceEmptyList(text, field, lines)
  return appendFlowItem(text, list, `{ ${fields.join(', ')} }`)
}

function fieldsOf({ paths, keys, except, whole, scope }: ProtectRule): string[] {
  const fields = [`paths: ${quotedList(paths)}`]
  if (keys) fields.push(`keys: ${quotedList(keys)}`)
  if (except) fields.push(`except: ${quotedList(except)}`)
  if (whole !== undefined) fields.push(`whole: ${whole}`)
  if (scope !== 'default') fields.push(`scope: ${stringify(scope).trimEnd()}`)
  return fields
}

const quotedList = (texts: readonly string[]): string =>
  `[${texts.map(text => stringify(text, { defaultStringType: 'QUOTE_SINGLE', lineWidth: 0 }).trimEnd()).join(', ')}]`

/**
 * The text of a policy without `patterns`, and without the rules that this leaves without paths; every other byte
 * stays, comments too. `removed` lists the patterns that stood there.
 * @throws {GitwardError} CONFIG if the text is no policy, or the layout cannot be edited.
 */
export function removePatterns(
  text: string,
  patterns: readonly string[],
): { readonly text: string; readonly removed: readonly string[] } {
  let edited = text
  const removed = [...new Set(patterns)].filter(pattern => {
    const before = edited
    edited = removePattern(before, pattern)
    return edited !== before
  })
  return { text: edited, removed }
}

function removePattern(text: string, pattern: string): string {
  const policy = parsePolicy(text)
  const at = policy.protect.findIndex(({ paths }) => paths.includes(pattern))
  if (at < 0) return text
  const rule = policy.protect[at]!
  const index = rule.paths.indexOf(pattern)
  const paths = rule.paths.toSpliced(index, 1)
  const protect = policy.protect.toSpliced(at, 1, ...(paths.length > 0 ? [{ ...rule, paths }] : []))
  const edited = paths.length > 0 ? removePath(text, at, index) : removeRule(text, at)
  return removePattern(proven(edited, { ...policy, protect }), pattern)
}

function removeRule(text: string, index: number): string {
  const { field, list } = protectList(text)
  return list.items.length > 1 ? removeItem(text, list, index) : emptyList(text, field, list)
}

function removePath(text: string, rule: number, index: number): string {
  const { list } = protectList(text)
  const item = list.items[rule]
  const paths = isMap(item) ? item.get('paths', true) : undefined
  return isSeq(paths) ? removeItem(text, paths, index) : text
}

interface ProtectList {
  readonly root: YAMLMap
  readonly field: Pair
  readonly list: YAMLSeq
}

function protectList(text: string): ProtectList {
  const root = parseDocument(text, { keepSourceTokens: true }).contents
  const field = isMap(root) ? root.items.find(({ key }) => String(key) === 'protect') : undefined
  if (!isMap(root) || !field || !isSeq(field.value)) throw uneditable()
  return { root, field, list: field.value }
}

/** `text`, if it reads as `expected`: no edit may ever change what else the policy says. */
function proven(text: string, expected: Policy): string {
  try {
    if (same(parsePolicy(text), expected)) return text
  } catch (cause) {
    throw uneditable(cause)
  }
  throw uneditable()
}

const same = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other)

const uneditable = (cause?: unknown): GitwardError =>
  new GitwardError('CONFIG', '.gitward/config.yaml: its layout is one that gitward cannot edit', {
    hint: 'edit .gitward/config.yaml by hand, then gitward status',
    cause,
  })

import { didYouMean } from '../../core/did-you-mean.ts'
import { GitwardError } from '../../core/errors.ts'
import { quoted } from '../../core/shell-word.ts'
import { isEmpty } from '../../formats/edit.ts'
import type { Place } from '../../formats/editor.ts'
import { NAMING_KEYS } from '../../formats/pointer.ts'
import type { ListNode, MapNode, TreeNode } from '../../formats/tree.ts'
import { dottedKey, type Step } from './address.ts'

/** Where the steps lead, or where they end. */
export type LookUp =
  | { readonly kind: 'found'; readonly place: Place }
  /** All but the last step lead to `map`: null for the map that an empty file does not have yet. */
  | {
      readonly kind: 'addable'
      readonly map: MapNode | null
      readonly key: string
      readonly problem: GitwardError
    }
  | { readonly kind: 'missing'; readonly problem: GitwardError }

/**
 * Follows the steps through every document. In a list a number selects the n-th element, anything else the
 * element whose `name`, `id` or `key` it is.
 * @throws {GitwardError} USAGE if they lead to several places. Errors name keys, never values.
 */
export function lookUp(file: string, roots: readonly TreeNode[], steps: readonly Step[]): LookUp {
  let places: Place[] = []
  let nodes: readonly TreeNode[] = roots.filter(root => !isEmpty(root))
  for (const [i, step] of steps.entries()) {
    const reached = nodes.flatMap(node => placesIn(node, step))
    if (reached.length === 0) return deadEnd({ file, nodes, steps, at: i, isEmptyFile: nodes.length === 0 })
    places = reached
    nodes = reached.map(({ parent, index }) => parent.items[index]!.value)
  }
  if (places.length > 1) throw ambiguous(file, steps, places.length)
  return { kind: 'found', place: places[0]! }
}

function placesIn(node: TreeNode, step: Step): Place[] {
  if (node === null || node.kind === 'scalar') return []
  const indexes = [...node.items.keys()]
  const chosen =
    node.kind === 'map'
      ? indexes.filter(i => step.kind === 'key' && node.items[i]!.key === step.text)
      : indexes.filter(i => isElement(node, i, step))
  return chosen.map(index => ({ parent: node, index }))
}

function isElement({ items }: ListNode, index: number, step: Step): boolean {
  if (step.kind === 'element') return step.name === null || isNamed(items[index]!.value, step.name)
  if (/^\d+$/.test(step.text)) return index === Number(step.text)
  return isNamed(items[index]!.value, step.text.replace(/^-=/, ''))
}

const isNamed = (element: TreeNode, name: string): boolean =>
  element?.kind === 'map' &&
  element.items.some(
    ({ key, value }) => NAMING_KEYS.includes(key) && value?.kind === 'scalar' && value.content === name,
  )

interface DeadEnd {
  readonly file: string
  /** Where the steps before `at` lead. */
  readonly nodes: readonly TreeNode[]
  readonly steps: readonly Step[]
  readonly at: number
  readonly isEmptyFile: boolean
}

function deadEnd(end: DeadEnd): LookUp {
  const { nodes, steps, at, isEmptyFile } = end
  const problem = missing(end)
  const step = steps[at]!
  const [node, ...others] = nodes
  const isLast = at === steps.length - 1 && step.kind === 'key' && others.length === 0
  if (isLast && isEmptyFile && at === 0) return { kind: 'addable', map: null, key: step.text, problem }
  if (isLast && node?.kind === 'map') return { kind: 'addable', map: node, key: step.text, problem }
  return { kind: 'missing', problem }
}

function missing({ file, nodes, steps, at, isEmptyFile }: DeadEnd): GitwardError {
  const where = at === 0 ? '' : ` in ${spelling(steps.slice(0, at))}`
  const wanted = spelling(steps.slice(at, at + 1))
  if (isEmptyFile)
    return usage(`${file}: the file holds no values`, `gitward set ${quoted(`${file}:${wanted}`)}`)
  const [node] = nodes
  if (node?.kind === 'list') {
    const last = node.items.length - 1
    const range = last < 0 ? 'the list is empty' : `the list has elements 0 to ${last}`
    return usage(`${file}: there is no element ${wanted}${where}: ${range}`, `gitward edit ${file}`)
  }
  const keys = nodes.flatMap(each =>
    each?.kind === 'map' ? each.items.map(item => dottedKey(item.key)) : [],
  )
  if (keys.length === 0)
    return usage(
      `${file}: there is no ${wanted}${where}, which is a value of its own`,
      `gitward edit ${file}`,
    )
  const near = didYouMean(wanted, keys)
  if (near === null)
    return usage(`${file}: there is no ${wanted}${where}: ${someOf(keys)}`, `gitward edit ${file}`)
  const meant = [...steps.slice(0, at).map(each => spelling([each])), near]
  return usage(
    `${file}: there is no ${wanted}${where}: did you mean ${near}?`,
    `gitward get ${quoted(`${file}:${meant.join('.')}`)}`,
  )
}

const SHOWN_KEYS = 8

function someOf(keys: readonly string[]): string {
  const more = keys.length > SHOWN_KEYS ? ` and ${keys.length - SHOWN_KEYS} more` : ''
  return `the keys there are ${keys.slice(0, SHOWN_KEYS).join(', ')}${more}`
}

const ambiguous = (file: string, steps: readonly Step[], count: number) =>
  usage(`${file}: ${spelling(steps)} stands in ${count} places`, `gitward edit ${file}`)

/** Steps in the dotted form. */
export const spelling = (steps: readonly Step[]): string =>
  steps
    .map(step =>
      step.kind === 'key' ? dottedKey(step.text) : step.name === null ? '-' : `-=${dottedKey(step.name)}`,
    )
    .join('.')

const usage = (message: string, hint: string) => new GitwardError('USAGE', message, { hint })

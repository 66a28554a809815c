import * as v from 'valibot'
import { isMap, isNode, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml'
import { GitwardError } from '../core/errors.ts'
import { complaint, isAboutField } from './issues.ts'
import { policySchema, type Policy } from './schema.ts'

const FILE = '.gitward/config.yaml'
const HINT = `edit ${FILE}, then gitward status`

/** Our words for YAML's errors, by its codes. */
const YAML_PROBLEMS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a field stands twice in one mapping',
  MULTIPLE_DOCS: 'the policy must be one YAML document',
  NON_STRING_KEY: 'a field name must be text',
  TAG_RESOLVE_FAILED: 'YAML tags are not allowed here',
}

/** Makes the error for what stands at `offset` (UTF-16 units) of the text. */
type Refusal = (offset: number, message: string, hint?: string) => GitwardError

/**
 * Reads the text of a policy file.
 * @throws {GitwardError} CONFIG for the first thing wrong: `.gitward/config.yaml:LINE:COLUMN: …`.
 */
export function parsePolicy(text: string): Policy {
  const lines = new LineCounter()
  const refusal: Refusal = (offset, message, hint = HINT) => {
    const { line, col } = lines.linePos(offset)
    return new GitwardError('CONFIG', `${FILE}:${line}:${col}: ${message}`, { hint })
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  assertPlainYaml(document, refusal)
  return validated(document, refusal)
}

function assertPlainYaml(document: Document.Parsed, refusal: Refusal): void {
  const [error] = [...document.errors, ...document.warnings]
  if (error) throw refusal(error.pos[0], YAML_PROBLEMS[error.code] ?? `not valid YAML: ${error.message}`)
  visit(document, {
    // aliases of aliases grow beyond any memory, and hide what a reviewer wants to see
    Alias: (_, alias) => {
      throw refusal(startOf(alias), 'YAML aliases are not allowed here: write the value out')
    },
  })
}

function validated(document: Document.Parsed, refusal: Refusal): Policy {
  const result = v.safeParse(policySchema, document.toJS())
  if (result.success) return result.output
  const [issue] = result.issues
  const { message, hint } = complaint(issue, 'the policy')
  throw refusal(offsetOf(document, issue), message, hint ?? HINT)
}

/** Where the value stands that the issue is about, or its field name; if it is missing, what should hold it. */
function offsetOf(document: Document.Parsed, issue: v.BaseIssue<unknown>): number {
  const path = issue.path ?? []
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const [i, { key }] of path.entries()) {
    const pair = isMap(node) ? node.items.find(item => String(item.key) === key) : undefined
    node = isSeq(node) ? node.items[Number(key)] : pair?.value
    const isName = isAboutField(issue) && i === path.length - 1
    offset = startOf(isName ? pair?.key : node, offset)
  }
  return offset
}

const startOf = (node: unknown, otherwise = 0): number =>
  isNode(node) ? (node.range?.[0] ?? otherwise) : otherwise

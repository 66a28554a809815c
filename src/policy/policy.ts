import { GitwardError } from '../core/errors.ts'
import { memoised } from '../core/memoised.ts'
import { shown, type GitPath } from '../core/path.ts'
import { quoted } from '../core/shell-word.ts'
import { compileGlob, globMatches, type Glob } from './globs.ts'
import { compilePattern, matches } from './patterns.ts'
import { pointerSegments, type PointerSegment } from './pointers.ts'
// types only: the filter loads this file without valibot or yaml
import type { Policy, ProtectRule } from './schema.ts'

/** The file is one envelope. */
export interface WholeFile {
  readonly mode: 'whole'
  readonly form: 'binary' | 'json' | 'lfs'
  readonly scope: string
}

/** Values that `keys` select and `except` does not are sealed in `scope`. */
export interface ValueRule {
  readonly keys: readonly Glob[]
  readonly except: readonly Glob[]
  readonly scope: string
}

/** Values inside the file are sealed, by the last rule that has a say. */
export interface SealedValues {
  readonly mode: 'values'
  readonly rules: readonly ValueRule[]
}

export type Protection = WholeFile | SealedValues

export interface CompiledPattern {
  readonly pattern: string
  /** Regex source over a `GitPath`. */
  readonly source: string
}

export interface CompiledRule {
  readonly paths: readonly CompiledPattern[]
  readonly protection: Protection
}

/** A stored copy of another version must be compiled anew. */
export const COMPILED_VERSION = 2

/** A policy as plain data that survives JSON. */
export interface CompiledPolicy {
  readonly version: typeof COMPILED_VERSION
  /** Standard base64 of the 16-byte repository id. */
  readonly repo: string
  readonly rules: readonly CompiledRule[]
  readonly scan: ScanSettings
}

/** What the scanner leaves out; private keys it never does. */
export interface ScanSettings {
  /** Ids of rules. */
  readonly disable: readonly string[]
  readonly ignore: readonly CompiledPattern[]
}

/** @throws {GitwardError} CONFIG for a pattern or glob that `parsePolicy` would have refused. */
export function compilePolicy({
  repo,
  protect,
  scan,
}: Pick<Policy, 'repo' | 'protect'> & Partial<Pick<Policy, 'scan'>>): CompiledPolicy {
  const { disable = [], ignore = [] } = scan ?? {}
  const rules = protect.map(rule => ({ paths: rule.paths.map(compiled), protection: protectionBy(rule) }))
  return { version: COMPILED_VERSION, repo, rules, scan: { disable, ignore: ignore.map(compiled) } }
}

const compiled = (pattern: string): CompiledPattern => ({ pattern, source: compilePattern(pattern) })

function protectionBy({ whole, keys = ['**'], except = [], scope }: ProtectRule): Protection {
  if (whole !== undefined) return { mode: 'whole', form: whole === true ? 'binary' : whole, scope }
  return { mode: 'values', rules: [{ keys: keys.map(compileGlob), except: except.map(compileGlob), scope }] }
}

/**
 * What the policy asks for at `path`: the last matching rule for a whole file, all matching rules for values.
 * Null if it is not protected; `.gitward/**` and every `.gitattributes` never are.
 * @throws {GitwardError} CONFIG if one rule asks for the whole file and another for values.
 */
export function protectionOf(policy: CompiledPolicy, path: GitPath): Protection | null {
  if (isNeverProtected(path)) return null
  const hits = policy.rules.flatMap(({ paths, protection }, rule) => {
    const hit = paths.find(({ source }) => matches(source, path))
    return hit ? [{ rule, pattern: hit.pattern, protection }] : []
  })
  const last = hits.at(-1)
  if (!last) return null
  const other = hits.find(({ protection }) => protection.mode !== last.protection.mode)
  if (other) throw clash(path, last, other)
  if (last.protection.mode === 'whole') return last.protection
  return sealedValues(policy, hits)
}

const known = new WeakMap<CompiledPolicy, Map<string, SealedValues>>()

/** All files that the same rules of one policy hit share an object, and so what is remembered of its pointers. */
function sealedValues(policy: CompiledPolicy, hits: readonly Hit[]): SealedValues {
  const ofPolicy = known.get(policy) ?? new Map<string, SealedValues>()
  known.set(policy, ofPolicy)
  const rules = hits.map(({ rule }) => rule).join()
  const made = ofPolicy.get(rules) ?? {
    mode: 'values',
    rules: hits.flatMap(({ protection }) => valueRules(protection)),
  }
  ofPolicy.set(rules, made)
  return made
}

/** True if the file is an envelope whose content is in git-lfs. */
export const isInLfs = (protection: Protection | null): protection is WholeFile =>
  protection?.mode === 'whole' && protection.form === 'lfs'

export const usesLfs = ({ rules }: CompiledPolicy): boolean =>
  rules.some(({ protection }) => isInLfs(protection))

/** Git and every clone must be able to read these. */
export const isNeverProtected = (path: GitPath): boolean => /^\.gitward\/|(?:^|\/)\.gitattributes$/.test(path)

/** The pattern that would protect `path` if case did not count; null if none would. */
export function caselessPattern(policy: CompiledPolicy, path: GitPath): string | null {
  const patterns = policy.rules.flatMap(({ paths }) => paths)
  return patterns.find(({ source }) => matches(source, path, { ignoreCase: true }))?.pattern ?? null
}

const valueRules = (protection: Protection | null): readonly ValueRule[] =>
  protection?.mode === 'values' ? protection.rules : []

interface Hit {
  /** Its place among the policy's rules. */
  readonly rule: number
  readonly pattern: string
  readonly protection: Protection
}

function clash(path: GitPath, one: Hit, other: Hit): GitwardError {
  const [whole, values] = one.protection.mode === 'whole' ? [one, other] : [other, one]
  const message = `${shown(path)}: pattern "${whole.pattern}" protects the whole file, "${values.pattern}" its values`
  return new GitwardError('CONFIG', message, { hint: `gitward unprotect ${quoted(one.pattern)}` })
}

/** True if the scanner lists `path` instead of reading all of it. */
export const isScanIgnored = ({ scan }: CompiledPolicy, path: GitPath): boolean =>
  scan.ignore.some(({ source }) => matches(source, path))

/** Every scope that the protection may use, once each. */
export const protectionScopes = (protection: Protection): string[] =>
  protection.mode === 'whole' ? [protection.scope] : [...new Set(protection.rules.map(({ scope }) => scope))]

/**
 * The scope that seals the value at `pointer`; null if it stays plain. Rules are asked from the last to the
 * first: an `except` hit is final for that rule and all earlier ones.
 */
export function pointerScope(protection: Protection | null, pointer: string): string | null {
  if (protection?.mode === 'whole') return protection.scope
  if (!protection) return null
  const ofPointer = scopesOf.get(protection) ?? memoised(each => scopeByRules(protection, each))
  scopesOf.set(protection, ofPointer)
  return ofPointer(pointer)
}

/** Rules are never changed, so what they say of a pointer holds as long as they do: thousands of files ask again. */
const scopesOf = new WeakMap<SealedValues, (pointer: string) => string | null>()

function scopeByRules({ rules }: SealedValues, pointer: string): string | null {
  const segments = pointerSegments(pointer)
  for (const { keys, except, scope } of rules.toReversed()) {
    if (anyMatches(except, segments)) return null
    if (anyMatches(keys, segments)) return scope
  }
  return null
}

const anyMatches = (globs: readonly Glob[], segments: readonly PointerSegment[]): boolean =>
  globs.some(glob => globMatches(glob, segments))

/**
 * The `keys` of every rule that selects none of a file's `pointers`: likely misspelt, so worth a warning. A file
 * without values deserves none.
 */
export function unselectiveGlobs(protection: Protection, pointers: readonly string[]): string[] {
  const places = pointers.map(pointerSegments)
  if (places.length === 0) return []
  const isIdle = ({ keys, except }: ValueRule) =>
    !places.some(segments => anyMatches(keys, segments) && !anyMatches(except, segments))
  return valueRules(protection)
    .filter(isIdle)
    .flatMap(({ keys }) => keys.map(({ text }) => text))
}

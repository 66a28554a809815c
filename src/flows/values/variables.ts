import { existsSync } from 'node:fs'
import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { pointerScope } from '../../policy/policy.ts'
import type { FilterEffects } from '../filter/session.ts'
import { documentOf, spansIn, type Document } from './document.ts'
import { inFile, openStrictly } from './open.ts'
import { workFile } from './work-file.ts'
import type { TreeNode } from '../../formats/tree.ts'

/** What files give to the environment of a command. */
export interface Variables {
  /** Text by name, in file order; later files win. */
  readonly values: ReadonlyMap<string, string>
  /** The texts that the policy protects, once each, without empty ones. */
  readonly secrets: readonly string[]
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Reads files as environment variables; `.env` if none is named. Names of a dotenv file stay as they are; the path
 * of a YAML or JSON value is joined by `_` in capitals (`db.password` is DB_PASSWORD), elements by their number.
 * @throws {GitwardError} CONFIG for a name or a text that no environment can hold, or two values of one name;
 *   as `openStrictly` for a value that does not open.
 */
export async function readVariables(effects: FilterEffects, files: readonly string[]): Promise<Variables> {
  const values = new Map<string, string>()
  const secrets = new Set<string>()
  for (const file of files.length > 0 ? files : [defaultFile(effects.cwd)]) {
    const work = await workFile(effects, file)
    const document = await documentOf(work, await openStrictly(work))
    for (const [name, text] of variablesOf(document)) values.set(name, text)
    for (const secret of secretsOf(document)) if (secret !== '') secrets.add(secret)
  }
  return { values, secrets: [...secrets] }
}

function defaultFile(cwd: string): string {
  if (existsSync(path.join(cwd, '.env'))) return '.env'
  throw new GitwardError('USAGE', 'there is no .env here', {
    hint: 'name a file: gitward run -f FILE -- CMD',
  })
}

function variablesOf({ placed: { name: file, format }, editor, text }: Document): Map<string, string> {
  const data = inFile(file, () => editor.parse(text, { asText: true }))
  const found = new Map<string, string>()
  for (const { steps, value } of leavesOf(data, [])) {
    const name = format === 'dotenv' ? steps[0]! : steps.map(inCapitals).join('_')
    assertVariable(file, name, value)
    if (found.has(name)) throw refuse(file, `two values would both be ${name}`)
    found.set(name, value)
  }
  return found
}

interface Leaf {
  readonly steps: readonly string[]
  readonly value: string
}

function leavesOf(data: unknown, steps: readonly string[]): Leaf[] {
  if (typeof data === 'string') return [{ steps, value: data }]
  if (typeof data !== 'object' || data === null) return []
  return Object.entries(data).flatMap(([key, each]) => leavesOf(each, [...steps, key]))
}

const inCapitals = (key: string): string => key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')

function assertVariable(file: string, name: string, value: string): void {
  if (name === '') throw refuse(file, 'a value without a key cannot be a variable')
  if (!NAME.test(name)) throw refuse(file, `${JSON.stringify(name)} is no name for a variable`)
  if (value.includes('\0')) throw refuse(file, `${name} holds a NUL byte, which no variable can`)
}

const refuse = (file: string, problem: string) =>
  new GitwardError('CONFIG', `${file}: ${problem}`, { hint: `gitward edit ${shellWord(file)}` })

/** What every protected value stands for. */
function secretsOf(document: Document): string[] {
  const protectedStarts = new Set(
    spansIn(document, document.text)
      .filter(({ pointer }) => pointerScope(document.placed.protection, pointer) !== null)
      .map(({ start }) => start),
  )
  const contents = (node: TreeNode): string[] => {
    if (node === null) return []
    if (node.kind !== 'scalar') return node.items.flatMap(({ value }) => contents(value))
    return protectedStarts.has(node.start) ? [node.content] : []
  }
  return document.roots.flatMap(contents)
}

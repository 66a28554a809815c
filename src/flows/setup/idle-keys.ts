import { hasCode } from '../../core/errors.ts'
import { pathBytes, type GitPath } from '../../core/path.ts'
import { compilePolicy, protectionOf, unselectiveGlobs } from '../../policy/policy.ts'
import type { ProtectRuleInput } from '../../policy/schema.ts'
import { readIfPresent } from '../disk.ts'
import { valuesIn } from '../filter/held-values.ts'
import { formatFor, textOf } from '../filter/readable.ts'

/**
 * The `keys` of a rule that select no value of the files in the work tree `top` that the rule reaches: likely
 * misspelt. None as long as it reaches no file with values.
 */
export async function idleKeys(
  top: string,
  paths: readonly GitPath[],
  rule: ProtectRuleInput,
): Promise<string[]> {
  const { keys = [] } = rule
  const alone = keys.map(key => compilePolicy({ repo: '', protect: [{ scope: '', ...rule, keys: [key] }] }))
  const reached = paths.filter(each => alone[0] && protectionOf(alone[0], each))
  const pointers = (await Promise.all(reached.map(each => pointersOf(top, each)))).flat()
  return keys.filter((_, i) => {
    const protection = reached[0] && protectionOf(alone[i]!, reached[0])
    return protection && unselectiveGlobs(protection, pointers).length > 0
  })
}

async function pointersOf(top: string, at: GitPath): Promise<string[]> {
  try {
    const content = readIfPresent(Buffer.concat([Buffer.from(`${top}/`), pathBytes(at)]))
    if (content === null) return []
    return valuesIn(await formatFor(at), textOf(at, content)).map(({ pointer }) => pointer)
  } catch (error) {
    if (hasCode(error, 'CONFIG', 'IO', 'MALFORMED')) return [] // `git add` and status say so
    throw error
  }
}

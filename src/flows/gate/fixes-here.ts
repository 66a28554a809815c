import { hasCode } from '../../core/errors.ts'
import { gitPathOf, shown } from '../../core/path.ts'
import { stagedChanges } from '../../git/changes.ts'
import type { Repository } from '../../git/repository.ts'
import { protectionOf, type CompiledPolicy } from '../../policy/policy.ts'
import type { Finding } from '../../report/report.ts'
import { POLICY_PATH } from '../names.ts'
import { compileText } from '../policy-source.ts'
import { readTracked } from '../tracked.ts'
import { pathspec } from './to-finding.ts'

/** What mends findings of the index where the policy, and not the file, is what changed. */
export async function withFixesHere(
  findings: readonly Finding[],
  repository: Repository,
): Promise<readonly Finding[]> {
  const kinds = new Set(findings.map(({ kind }) => kind))
  const isCovered = kinds.has('moved-out') ? await coveredHere(repository) : () => false
  const isStaged = kinds.has('wrong-scope') ? staged(repository) : () => true
  return findings.map(each => {
    if (each.kind === 'moved-out' && isCovered(each.path))
      return { ...each, fix: 'git add .gitattributes .gitward' }
    if (each.kind === 'wrong-scope' && !isStaged(each.path))
      return { ...each, fix: `gitward policy accept && git add --renormalize ${pathspec(each.path)}` }
    return each
  })
}

/** Ciphertext that only the policy of the work tree covers: what `protect` and `fix` leave to be added. */
async function coveredHere(repository: Repository): Promise<(path: string) => boolean> {
  const policy = await readablePolicy(repository)
  return path => policy !== null && protectionOf(policy, gitPathOf(path)) !== null
}

/** Read without keeping a copy: `check` writes nothing. */
async function readablePolicy(repository: Repository): Promise<CompiledPolicy | null> {
  const text = readTracked(repository, POLICY_PATH)
  try {
    return text && (await compileText(text))
  } catch (error) {
    if (hasCode(error, 'CONFIG')) return null // another finding says so
    throw error
  }
}

/** Files that differ from HEAD: `git reset` takes them back. */
function staged({ top }: Repository): (path: string) => boolean {
  const changed = new Set(stagedChanges({ cwd: top }).map(({ path }) => shown(path)))
  return path => changed.has(path)
}

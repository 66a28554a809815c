import { GitwardError } from '../../core/errors.ts'
import { quoted } from '../../core/shell-word.ts'
import { pushedRevisions, type Revisions } from '../../git/changes.ts'
import { peeledTypes } from '../../git/objects.ts'
import type { GitOptions } from '../../git/run.ts'

/** One ref that a push moves. Ids are hex; zeros alone mean that the ref is not there. */
interface RefUpdate {
  readonly ref: string
  /** On the side that receives. */
  readonly old: string
  readonly new: string
}

/** What a push brings, as git tells a hook on standard input. */
export interface Push {
  readonly updates: readonly RefUpdate[]
  /** The side that receives: this repository itself, or the remote of this name (or URL). */
  readonly receiver: 'here' | { readonly remote: string }
}

/** Lines of a pre-receive hook, `<old> SP <new> SP <ref>`. @throws {GitwardError} USAGE for any other line. */
export const preReceivePush = (input: string): Push => ({
  receiver: 'here',
  updates: linesOf(input).map(line => {
    const [, old, id, ref] =
      /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (.+)$/.exec(line) ?? malformed('pre-receive')
    return { ref: ref!, old: old!, new: id! }
  }),
})

/**
 * Lines of a pre-push hook, `<local ref> SP <local id> SP <remote ref> SP <remote id>`.
 * @param remote the first argument of the hook: a name, or a URL where the remote has none.
 * @throws {GitwardError} USAGE for any other line.
 */
export const prePushPush = (input: string, remote: string): Push => ({
  receiver: { remote },
  updates: linesOf(input).map(line => {
    // the local side is what was typed, `HEAD^{/fix it}` for one: it may hold blanks
    const [, id, ref, old] =
      /^.* ([0-9a-f]{40,64}) (\S+) ([0-9a-f]{40,64})$/.exec(line) ?? malformed('pre-push')
    return { ref: ref!, old: old!, new: id! }
  }),
})

const linesOf = (input: string): string[] => input.split('\n').filter(line => line !== '')

function malformed(hook: string): never {
  throw new GitwardError('USAGE', `standard input is not what git gives a ${hook} hook`, {
    hint: `git help githooks`,
  })
}

const isNone = (id: string): boolean => /^0+$/.test(id)

/** Refs that will exist after the push; a deletion brings nothing. */
const arriving = ({ updates }: Push): RefUpdate[] => updates.filter(update => !isNone(update.new))

/** Refs under which git caches plaintext diffs. */
export const TEXTCONV_REFS = 'refs/notes/textconv'

export const pushesTextconvCache = (push: Push): boolean =>
  arriving(push).some(({ ref }) => ref === TEXTCONV_REFS || ref.startsWith(`${TEXTCONV_REFS}/`))

/**
 * The commits that the receiver does not have yet, tags followed to what they name.
 * @throws {GitwardError} REFUSED for a ref that names no commit: a lone blob or tree has no policy to be judged by.
 */
export function revisionsOf(push: Push, options: GitOptions): Revisions {
  const updates = arriving(push)
  const types = peeledTypes([...updates.map(update => update.new), ...updates.map(({ old }) => old)], options)
  for (const { ref, new: id } of updates) {
    const type = types.get(id)
    if (type !== 'commit') throw noCommit(ref, type ?? 'missing object')
  }
  const known = updates.map(({ old }) => old).filter(old => types.get(old) === 'commit')
  return pushedRevisions(
    updates.map(update => update.new),
    known,
    push.receiver,
  )
}

const noCommit = (ref: string, type: string): GitwardError =>
  new GitwardError('REFUSED', `${ref} names a ${type}: only commits can be judged`, {
    hint: `git push --delete origin ${quoted(ref)}`,
  })

import { GitwardError } from '../../core/errors.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { runChild } from './child.ts'

const INTERRUPTED = 130
const SHELL_SIGNS = /[|&;<>()$`\\"' \t\n*?[#~=%]/

/** The editor that this user wants. */
const editorOf = (env: Environment): string => env['GITWARD_EDITOR'] || env['VISUAL'] || env['EDITOR'] || 'vi'

/**
 * Opens the user's editor on a file and waits for it. As in git, a setting with blanks or quotes goes to the shell.
 * @throws {GitwardError} INTERRUPTED, or IO if the editor cannot be started or gives up.
 */
export async function openEditor(file: string, cwd: string, env: Environment): Promise<void> {
  const editor = editorOf(env)
  const isShell = SHELL_SIGNS.test(editor)
  const args = isShell ? ['-c', `${editor} "$@"`, editor, file] : [file]
  const status = await runChild(isShell ? 'sh' : editor, args, { cwd, env, masked: null })
  if (status === INTERRUPTED)
    throw new GitwardError('INTERRUPTED', 'the editor was interrupted: nothing was written')
  if (status !== 0)
    throw new GitwardError('IO', `the editor gave up with exit ${status}: nothing was written`, {
      hint: 'git config core.editor && echo "$GITWARD_EDITOR $VISUAL $EDITOR"',
    })
}

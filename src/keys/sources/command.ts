import { GitwardError } from '../../core/errors.ts'
import { parseSuppliedKeys } from '../keyring.ts'
import { keysOnly, type KeySource } from './source.ts'

/** GITWARD_KEY_CMD: a shell command whose output is what GITWARD_KEY would hold. */
export const keyCommand: KeySource = {
  name: 'GITWARD_KEY_CMD',
  load: env => {
    const command = env['GITWARD_KEY_CMD']
    if (!command) return null
    const done = process.getBuiltinModule('node:child_process').spawnSync(command, {
      shell: true,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    })
    if (done.status !== 0) {
      throw new GitwardError(
        'LOCKED',
        `GITWARD_KEY_CMD failed with exit ${done.status ?? done.signal ?? 'unknown'}`,
        {
          hint: 'run the command in GITWARD_KEY_CMD by hand',
        },
      )
    }
    return keysOnly(parseSuppliedKeys(done.stdout, 'the output of GITWARD_KEY_CMD'))
  },
}

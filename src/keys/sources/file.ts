import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { parseIdentities } from '../identities.ts'
import type { RecipientClass } from '../recipients.ts'
import { identitiesOnly, type Environment, type KeySource } from './source.ts'

/** One class a file: an older age rejects a file that also holds a hybrid identity. */
const IDENTITY_FILE_NAMES: Readonly<Record<RecipientClass, string>> = {
  hybrid: 'identity.txt',
  classic: 'identity-classic.txt',
}

/** Where a user's own identity lives: `$XDG_CONFIG_HOME/gitward`, else `~/.config/gitward`. */
export function userIdentityFile(kind: RecipientClass, env: Environment): string {
  const config = env['XDG_CONFIG_HOME'] || path.join(env['HOME'] || homedir(), '.config')
  return path.join(config, 'gitward', IDENTITY_FILE_NAMES[kind])
}

/** @throws {GitwardError} IO if the file cannot be read, CONFIG if it holds no identity. */
export function readIdentityFile(file: string): string[] {
  try {
    return parseIdentities(readFileSync(file, 'utf8'), file)
  } catch (cause) {
    if (cause instanceof GitwardError) throw cause
    throw new GitwardError('IO', `cannot read the identity file ${file}`, {
      hint: `ls -l ${shellWord(file)}`,
      cause,
    })
  }
}

export const identityFileVariable: KeySource = {
  name: 'GITWARD_IDENTITY_FILE',
  load: env => {
    const file = env['GITWARD_IDENTITY_FILE']
    return file ? identitiesOnly(readIdentityFile(file)) : null
  },
}

const userFile = (kind: RecipientClass): KeySource => ({
  name: `your ${IDENTITY_FILE_NAMES[kind]}`,
  load: env => {
    const file = userIdentityFile(kind, env)
    return existsSync(file) ? identitiesOnly(readIdentityFile(file)) : null
  },
})

export const userHybridFile = userFile('hybrid')
export const userClassicFile = userFile('classic')

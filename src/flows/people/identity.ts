import { existsSync } from 'node:fs'
import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { formatIdentityFile, generateIdentity, identityClass, recipientOf } from '../../keys/identities.ts'
import type { RecipientClass } from '../../keys/recipients.ts'
import { readIdentityFile, userIdentityFile } from '../../keys/sources/file.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { identitySources } from '../../keys/sources/table.ts'
import { makePrivateFolder, writeAtomic } from '../disk.ts'

export interface IdentityPlace {
  readonly recipient: string
  /** The file it stands in, or the name of the source it came from. */
  readonly from: string
  readonly isNew: boolean
}

/**
 * Makes an identity file, or finds the one that is there.
 * @throws {GitwardError} USAGE if `file` holds an identity of the other class.
 */
export async function keygen(kind: RecipientClass, file: string): Promise<IdentityPlace> {
  if (!existsSync(file)) return { ...(await writeIdentity(kind, file)), isNew: true }
  const identity = readIdentityFile(file).find(each => identityClass(each) === kind)
  if (identity) return { recipient: await recipientOf(identity, file), from: file, isNew: false }
  throw new GitwardError(
    'USAGE',
    `${file} holds an identity of the other class: older versions of age refuse a mix`,
    {
      hint: 'gitward keygen -o another-file.txt',
    },
  )
}

/** The first identity of that class that the user has set up; a new one in the user's folder if there is none. */
export async function ownIdentity(kind: RecipientClass, env: Environment): Promise<IdentityPlace> {
  for (const { name, load } of identitySources) {
    const identity = load(env)?.identities.find(each => identityClass(each) === kind)
    if (identity) return { recipient: await recipientOf(identity, name), from: name, isNew: false }
  }
  return keygen(kind, userIdentityFile(kind, env))
}

async function writeIdentity(
  kind: RecipientClass,
  file: string,
): Promise<{ recipient: string; from: string }> {
  const { identity, recipient } = await generateIdentity(kind)
  makePrivateFolder(path.dirname(path.resolve(file)))
  writeAtomic(path.resolve(file), formatIdentityFile(identity, recipient), { mode: 0o600, durable: true })
  return { recipient, from: file }
}

export { userIdentityFile as defaultIdentityFile } from '../../keys/sources/file.ts'

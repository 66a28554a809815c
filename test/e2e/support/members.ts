import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fromBase64 } from '../../../src/core/base64.ts'
import { epochKey, type EpochKey } from '../../../src/crypto/epoch-key.ts'
import { armor, Decrypter } from 'age-encryption'
import type { Person, Ran, World } from './world.ts'

/** A bare repository that people push to and pull from. */
export function newHub(world: World, person: Person, name = 'hub.git'): string {
  const hub = path.join(world.root, name)
  person.git(world.root, 'init', '-q', '--bare', '-b', 'main', hub)
  return hub
}

/** Every regular file below a folder, as [path, permission bits, content]. */
export function filesBelow(folder: string): { name: string; mode: number; content: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => path.join(each.parentPath, each.name))
    .map(file => ({
      name: path.relative(folder, file),
      mode: statSync(file).mode & 0o777,
      content: readFileSync(file),
    }))
}

export const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)

export const identityFile = (person: Person, name = 'identity.txt'): string =>
  path.join(person.home, '.config/gitward', name)

/** The private half of a person's identity. */
export const identityOf = (person: Person, name?: string): string =>
  readFileSync(identityFile(person, name), 'utf8').trim().split('\n').at(-1)!

/** An identity that is told by mistake: the leak hunt does not look for it, for arguments are no secret. */
export function givenAway(person: Person): string {
  const file = path.join(person.home, 'given away.txt')
  person.gitward(person.home, 'keygen', '-o', file)
  return readFileSync(file, 'utf8').trim().split('\n').at(-1)!
}

/** Repository-relative paths of a scope's epoch files. */
export const epochFilesOf = (repository: string, scope = 'default'): string[] =>
  readdirSync(path.join(repository, '.gitward/keys', scope)).map(name => `.gitward/keys/${scope}/${name}`)

/** Opens an epoch file as age does, without gitward: the payload's fields. */
export async function openEpochFile(
  repository: string,
  file: string,
  identity: string,
): Promise<ReadonlyMap<string, string>> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const text = readFileSync(path.join(repository, file), 'utf8')
  return payloadFields(await decrypter.decrypt(armor.decode(text), 'text'))
}

/** The `name value` lines of an epoch record. */
export const payloadFields = (payload: string): ReadonlyMap<string, string> =>
  new Map(
    payload.split('\n').map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  )

export const keyOfFields = (fields: ReadonlyMap<string, string>): EpochKey =>
  epochKey(fromBase64(fields.get('key')!)!, fromBase64(fields.get('repo')!)!)

/** All that a command said, on both streams. */
export const said = ({ stdout, stderr }: Ran): string => stdout + stderr

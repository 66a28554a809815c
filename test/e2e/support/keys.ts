import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { armor, Decrypter, Encrypter } from 'age-encryption'
import type { Person } from './world.ts'

// SPEC "Epoch files", written a second time: these tests must not believe the product.

export const identityFile = (person: Person): string => path.join(person.home, '.config/gitward/identity.txt')

/** The path of a scope's epoch file inside the repository. */
export function epochFile(repository: string, scope = 'default', epoch = 1): string {
  const folder = `.gitward/keys/${scope}`
  const name = readdirSync(path.join(repository, folder)).find(each => each.startsWith(`${epoch}-`))
  return `${folder}/${name}`
}

/** `name value` lines of an epoch file, opened with a person's identity and no gitward. */
export async function openedEpoch(
  person: Person,
  repository: string,
  scope = 'default',
): Promise<ReadonlyMap<string, string>> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(
    readFileSync(identityFile(person), 'utf8')
      .split('\n')
      .find(line => line !== '' && !line.startsWith('#'))!,
  )
  const armored = readFileSync(path.join(repository, epochFile(repository, scope)), 'utf8')
  const text = await decrypter.decrypt(armor.decode(armored), 'text')
  return new Map(
    text
      .split('\n')
      .map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
  )
}

/** An epoch key as GITWARD_KEY wants it. */
export const epochKeyText = async (person: Person, repository: string, scope = 'default'): Promise<string> =>
  (await openedEpoch(person, repository, scope)).get('key')!

export interface Planted {
  readonly file: string
  readonly fingerprint: string
}

/** What anyone with push rights can do: an epoch file of their own making for all recipients of a scope. */
export async function plantEpoch(
  repository: string,
  repo: string,
  scope: string,
  epoch: number,
): Promise<Planted> {
  const key = randomBytes(32)
  const fingerprint = subkey(key, repo, 'key-id').toString('hex')
  const lines = [
    'gitward-key/v1',
    `repo ${repo}`,
    `scope ${scope}`,
    `epoch ${epoch}`,
    `key ${key.toString('base64')}`,
    `members ${randomBytes(32).toString('base64')}`,
    ...(epoch > 1 ? [`prev ${randomBytes(32).toString('base64')}`] : []),
  ]
  const encrypter = new Encrypter()
  const recipients = readFileSync(path.join(repository, `.gitward/recipients/${scope}.txt`), 'utf8')
  for (const line of recipients.split('\n')) if (line.startsWith('age1')) encrypter.addRecipient(line)
  const sealed = armor.encode(await encrypter.encrypt(lines.map(line => `${line}\n`).join('')))
  const file = `.gitward/keys/${scope}/${epoch}-${fingerprint.slice(0, 16)}.age`
  mkdirSync(path.dirname(path.join(repository, file)), { recursive: true })
  writeFileSync(path.join(repository, file), sealed)
  return { file, fingerprint }
}

const subkey = (key: Buffer, repo: string, label: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.from(repo, 'base64'), `gitward/v1/${label}`, 32))

/** R of a repository. */
export const repoId = (repository: string): string =>
  /^repo: (\S+)/m.exec(readFileSync(path.join(repository, '.gitward/config.yaml'), 'utf8'))![1]!

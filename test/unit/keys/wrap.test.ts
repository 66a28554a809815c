import { armor, Encrypter } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { decodeUtf8 } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import { generateIdentity } from '../../../src/keys/identities.ts'
import { assertRecipient, unwrap, wrap } from '../../../src/keys/wrap.ts'
import { hybridRecipient } from './support/keys.ts'

const PAYLOAD = 'gitward-key/v1\nwhatever\n'
const member = async (name: string, kind: 'hybrid' | 'classic') => ({
  name,
  ...(await generateIdentity(kind)),
})
const opened = async (armored: string, ...identities: string[]) => {
  const payload = await unwrap(armored, identities)
  return payload && decodeUtf8(payload)
}

describe.each(['hybrid', 'classic'] as const)('%s recipients', kind => {
  it('each of them opens what is wrapped for all, nobody else does', async () => {
    const [alice, bob, eve] = await Promise.all(['alice', 'bob', 'eve'].map(each => member(each, kind)))
    const armored = await wrap(PAYLOAD, [alice!, bob!])
    expect(armored).toMatch(
      /^-----BEGIN AGE ENCRYPTED FILE-----\n[\s\S]+\n-----END AGE ENCRYPTED FILE-----\n$/,
    )
    expect(await opened(armored, alice!.identity)).toBe(PAYLOAD)
    expect(await opened(armored, eve!.identity, bob!.identity)).toBe(PAYLOAD)
    expect(await opened(armored, eve!.identity)).toBeNull()
    expect(await opened(armored)).toBeNull()
  })

  it('an identity of the other class does not fit', async () => {
    const alice = await member('alice', kind)
    const other = await member('alice', kind === 'hybrid' ? 'classic' : 'hybrid')
    expect(await opened(await wrap(PAYLOAD, [alice]), other.identity)).toBeNull()
  })

  it('a typing error in a recipient is the caller’s', async () => {
    const { recipient } = await member('alice', kind)
    const mistyped = recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q')
    const refused = {
      code: 'USAGE',
      exitCode: 2,
      message: `${recipient.slice(0, 24)}… is no age recipient: check alice's key for a typing error`,
      hint: 'gitward keygen',
    }
    await expect(assertRecipient({ name: 'alice', recipient: mistyped })).rejects.toMatchObject(refused)
    await expect(wrap(PAYLOAD, [{ name: 'alice', recipient: mistyped }])).rejects.toMatchObject(refused)
    await expect(assertRecipient({ name: 'alice', recipient })).resolves.toBeUndefined()
  })
})

describe('assertRecipient', () => {
  it.each(['hybrid', 'classic'] as const)(
    'says that a %s identity is none, and shows nothing of it',
    async kind => {
      const { identity } = await generateIdentity(kind)
      for (const pasted of [identity, identity.toLowerCase()]) {
        const error: unknown = await assertRecipient({ name: 'bob', recipient: pasted }).catch(
          thrown => thrown,
        )
        expect(error).toMatchObject({
          code: 'USAGE',
          message:
            "bob's key is an identity, the private half: its owner keeps it, and makes a new one if anyone saw it",
          hint: 'send the line that this prints: gitward keygen',
        })
        expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(pasted.slice(18, 30))
      }
    },
  )

  it.each([
    'alice',
    '',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA alice@example.invalid',
    'https://example.invalid/?token=hunter2hunter2',
    hybridRecipient('q').toUpperCase(),
  ])('shows nothing of %j, which may be anything', async text => {
    await expect(assertRecipient({ name: 'bob', recipient: text })).rejects.toMatchObject({
      code: 'USAGE',
      message: "bob's key is no age recipient: one starts with age1 and has small letters and digits",
      hint: 'gitward keygen',
    })
  })
})

describe('unwrap', () => {
  const broken = { code: 'MALFORMED', exitCode: 4, message: 'the epoch file is damaged: age cannot read it' }

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['armor around nothing', armor.encode(new Uint8Array(0))],
    ['armor around text', armor.encode(Buffer.from('hello'))],
    ['an unfinished armor', '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n'],
  ])('%s is MALFORMED', async (_, text) => {
    const { identity } = await generateIdentity('classic')
    await expect(unwrap(text, [identity])).rejects.toMatchObject(broken)
  })

  it('any flipped byte is no match or MALFORMED, never another payload', async () => {
    const alice = await member('alice', 'classic')
    const file = armor.decode(await wrap(PAYLOAD, [alice]))
    const outcomes = new Set<string>()
    for (let at = 0; at < file.length; at++) {
      const flipped = Uint8Array.from(file, (byte, i) => (i === at ? byte ^ 1 : byte))
      outcomes.add(await outcome(armor.encode(flipped), alice.identity))
    }
    expect([...outcomes].sort()).toEqual(['MALFORMED', 'no match'])
  })

  it('a cut or lengthened file is MALFORMED', async () => {
    const alice = await member('alice', 'classic')
    const file = armor.decode(await wrap(PAYLOAD, [alice]))
    for (const other of [file.slice(0, -1), file.slice(0, -40), Uint8Array.of(...file, 0)])
      await expect(unwrap(armor.encode(other), [alice.identity])).rejects.toMatchObject(broken)
  })

  it('a passphrase file opens for nobody', async () => {
    const encrypter = new Encrypter()
    encrypter.setScryptWorkFactor(1)
    encrypter.setPassphrase('a passphrase')
    const { identity } = await generateIdentity('classic')
    expect(await unwrap(armor.encode(await encrypter.encrypt(PAYLOAD)), [identity])).toBeNull()
  })
})

/** The payload, `no match`, or the code of our error. */
async function outcome(armored: string, identity: string): Promise<string> {
  try {
    return (await opened(armored, identity)) ?? 'no match'
  } catch (error) {
    return error instanceof GitwardError ? error.code : String(error)
  }
}

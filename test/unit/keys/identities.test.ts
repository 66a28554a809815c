import { describe, expect, it } from 'vitest'
import {
  assertIdentity,
  formatIdentityFile,
  generateIdentity,
  identityClass,
  parseIdentities,
  recipientOf,
} from '../../../src/keys/identities.ts'
import { classOf } from '../../../src/keys/recipients.ts'

const hybrid = await generateIdentity('hybrid')
const classic = await generateIdentity('classic')

describe.each([
  ['hybrid', hybrid],
  ['classic', classic],
] as const)('a %s identity', (kind, { identity, recipient }) => {
  it('is of its class on both sides', () => {
    expect(identityClass(identity)).toBe(kind)
    expect(classOf(recipient)).toBe(kind)
  })

  it('knows its recipient', async () => {
    expect(await recipientOf(identity, 'a file')).toBe(recipient)
  })

  it('stands in a file as age-keygen writes it', () => {
    const text = formatIdentityFile(identity, recipient)
    expect(text.split('\n').slice(1)).toEqual([`# public key: ${recipient}`, identity, ''])
    expect(parseIdentities(text, 'a file')).toEqual([identity])
  })

  it('passes its checksum, and with a typing error does not: nothing of it is told', async () => {
    await expect(assertIdentity(identity, 'a file')).resolves.toBeUndefined()
    const last = identity.at(-1)
    const mistyped = identity.slice(0, -1) + (last === 'Q' ? 'P' : 'Q')
    const error: unknown = await recipientOf(mistyped, 'my file').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'CONFIG',
      exitCode: 2,
      message: 'my file: an identity has a typing error, for its checksum is wrong',
      hint: 'take it from your backup again, or make a new one: gitward keygen -o identity-new.txt',
    })
    const said = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`
    expect(said).not.toContain(mistyped.slice(20, 40))
  })
})

describe('parseIdentities', () => {
  it('ignores comments, blank lines, CRLF and spaces at the ends', () => {
    const text = `# mine\r\n\r\n  ${hybrid.identity}  \r\n#${classic.identity}\r\n`
    expect(parseIdentities(text, 'a file')).toEqual([hybrid.identity])
  })

  it('takes several', () => {
    const text = `${hybrid.identity}\n${classic.identity}`
    expect(parseIdentities(text, 'a file')).toEqual([hybrid.identity, classic.identity])
  })

  it.each([
    ['nothing', ''],
    ['a comment alone', '# identity\n'],
    ['a recipient', hybrid.recipient],
    ['a line that is none', `${hybrid.identity}\nhello\n`],
    ['two on one line', `${hybrid.identity} ${classic.identity}`],
    ['lower case', classic.identity.toLowerCase()],
    ['an SSH key', ['-----BEGIN OPENSSH', 'PRIVATE', 'KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n'].join(' ')],
    ['an encrypted identity file', '-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24=\n'],
  ])('refuses %s without showing it', (_, text) => {
    expect(() => parseIdentities(text, 'GITWARD_IDENTITY')).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        exitCode: 2,
        message: `GITWARD_IDENTITY holds no age identity in the form ${['AGE', 'SECRET', 'KEY'].join('-')}-…`,
        hint: 'gitward keygen',
      }),
    )
  })
})

import { readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sample } from '../tools/arbitraries.ts'
import { flipped } from './support/envelopes.ts'
import { pythonWithPycryptodome } from './support/pycryptodome.ts'
import { leaks, protectedRepository, read, recipientOf, sharedWorld, write } from './support/world.ts'

const found = pythonWithPycryptodome()

/** What people have: an AES script as it stands in many tutorials. */
const script = (module: string) => `
import base64, hashlib, json, sys
from ${module}.Cipher import AES
from ${module}.Random import get_random_bytes
from ${module}.Util.Padding import pad

def cbc(data, password):
    cipher = AES.new(hashlib.sha256(password.encode()).digest(), AES.MODE_CBC, get_random_bytes(16))
    return cipher.iv + cipher.encrypt(pad(data, AES.block_size))

def gcm(data, key, nonce_bytes):
    cipher = AES.new(key, AES.MODE_GCM, nonce=get_random_bytes(nonce_bytes))
    ciphertext, tag = cipher.encrypt_and_digest(data)
    b64 = lambda x: base64.b64encode(x).decode()
    return json.dumps({'nonce': b64(cipher.nonce), 'ciphertext': b64(ciphertext), 'tag': b64(tag)}).encode()

kind, source, target, secret, *rest = sys.argv[1:]
data = open(source, 'rb').read()
sealed = cbc(data, secret) if kind == 'cbc' else gcm(data, bytes.fromhex(secret), int(rest[0]))
open(target, 'wb').write(sealed)
`

const world = sharedWorld()
const ann = world.person('ann')
const PASSWORD = 'päss word 1'
const KEY = Buffer.from(sample(32)).toString('hex')
let template: string
let folder: string
let count = 0

beforeAll(() => {
  template = protectedRepository(ann, 'template')
})

beforeEach(() => {
  folder = ann.copy(template, `repo ${++count}`)
})

/** Runs the script on `plain`. */
function python(kind: 'cbc' | 'gcm', plaintext: Buffer, secret: string, ...rest: string[]): void {
  write(folder, 'plain', plaintext)
  write(folder, 'script.py', script(found!.module))
  ann.run(folder, found!.python, ['script.py', kind, 'plain', 'old file', secret, ...rest])
  ann.run(folder, 'rm', ['plain', 'script.py'])
}

const importing = (format: string, ...args: string[]) =>
  ann.tryGitward(folder, 'import', format, 'old file', '-o', 'new.gitward', ...args)
const opened = () => ann.run(folder, 'gitward', ['decrypt', 'new.gitward', '-o', '-']).bytes
const files = () => readdirSync(folder)

describe.skipIf(!found)('import aes-cbc', () => {
  it.each([1, 15, 16, 17, (1 << 20) - 16, 1 << 20, 3_000_001])(
    'gives back %d bytes that pycryptodome sealed',
    length => {
      const plaintext = Buffer.from(sample(length))
      python('cbc', plaintext, PASSWORD)
      write(folder, 'password', `${PASSWORD}\n`)
      const done = importing('aes-cbc', '--password-file', 'password')
      expect(done).toMatchObject({ status: 0, stdout: '' })
      expect(opened().equals(plaintext)).toBe(true)
    },
  )

  it('takes nothing at all for a portable file alone', () => {
    python('cbc', Buffer.alloc(0), PASSWORD)
    write(folder, 'password', `${PASSWORD}\n`)
    const refused = importing('aes-cbc', '--password-file', 'password')
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(refused.stderr).toContain('is empty: only a portable file can say so')
  })

  it('makes what encrypt would make, and says what the old format could not promise', () => {
    const plaintext = Buffer.from(sample(2_500_000))
    python('cbc', plaintext, PASSWORD)
    const done = ann.run(
      folder,
      'gitward',
      ['import', 'aes-cbc', 'old file', '-o', 'new.gitward', '--password-stdin'],
      { input: PASSWORD },
    )
    expect(done.stderr).toBe(
      [
        'wrote new.gitward',
        'gitward: old file had no tag: whether it was damaged or changed, and whether the password was right, nobody can say; look into new.gitward before you delete old file',
        'gitward: its key was one SHA-256 of the password, so whoever has a copy can guess passwords as fast as they can hash; if the password was not random, count as known what it protected',
        '',
      ].join('\n'),
    )
    write(folder, 'plain', plaintext)
    ann.gitward(folder, 'encrypt', 'plain', '-o', 'same.gitward')
    expect(read(folder, 'same.gitward').equals(read(folder, 'new.gitward'))).toBe(true)
    ann.git(folder, 'add', 'new.gitward')
    expect(leaks(ann, folder, [plaintext.subarray(0, 64), PASSWORD])).toEqual([])
  })

  it('seals for recipients, outside any repository', () => {
    const plaintext = Buffer.from(sample(1_500_000))
    python('cbc', plaintext, PASSWORD)
    const outside = path.join(world.root, 'outside')
    write(outside, 'old file', read(folder, 'old file'))
    const args = ['import', 'aes-cbc', 'old file', '-o', 'new.gitward', '--password-env', 'OLD_PASSWORD']
    const recipient = recipientOf(ann, '--classic')
    ann.run(outside, 'gitward', [...args, '-r', recipient], { env: { OLD_PASSWORD: PASSWORD } })
    const { bytes } = ann.gitward(outside, 'decrypt', 'new.gitward', '-o', '-')
    expect(bytes.equals(plaintext)).toBe(true)
  })

  it('says the same of a wrong password and of a damaged end, and leaves nothing', () => {
    python('cbc', Buffer.from(sample(100)), PASSWORD)
    const sealed = read(folder, 'old file')
    const message =
      'gitward: old file: the password is another, or the file was damaged\n  try: the password that the script used, or another copy of the file\n'
    write(folder, 'password', 'another')
    expect(importing('aes-cbc', '--password-file', 'password')).toMatchObject({ status: 4, stderr: message })
    write(folder, 'password', PASSWORD)
    // the last byte of the block before the last one: it becomes the padding's, and 12 ^ 1 is none
    write(folder, 'old file', flipped(sealed, sealed.length - 17))
    expect(importing('aes-cbc', '--password-file', 'password')).toMatchObject({ status: 4, stderr: message })
    expect(files().sort()).toEqual(
      ['.git', '.gitattributes', '.gitward', 'README', 'old file', 'password', 'secrets'].sort(),
    )
  })

  it.each([0, 15, 16, 31, 33])('refuses a file of %d bytes', length => {
    write(folder, 'old file', Buffer.alloc(length, 7))
    write(folder, 'password', PASSWORD)
    const refused = importing('aes-cbc', '--password-file', 'password')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain('old file is no such file: it is not an IV and whole blocks of 16 bytes')
    expect(files()).not.toContain('new.gitward')
  })
})

describe.skipIf(!found)('import aes-gcm-json', () => {
  const aes = (keyBytes: number) => KEY.slice(0, 2 * keyBytes)
  const asBase64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

  it.each([16, 24, 32].flatMap(keyBytes => [12, 16].map(nonceBytes => [keyBytes, nonceBytes] as const)))(
    'gives back what pycryptodome sealed with a key of %d bytes and a nonce of %d',
    (keyBytes, nonceBytes) => {
      const plaintext = Buffer.from(sample(100_000))
      python('gcm', plaintext, aes(keyBytes), String(nonceBytes))
      const keys = [aes(keyBytes), asBase64(aes(keyBytes)), Buffer.from(aes(keyBytes), 'hex')]
      for (const key of keys) {
        write(folder, 'key', key)
        expect(importing('aes-gcm-json', '--key-file', 'key', '--force').status).toBe(0)
        expect(opened().equals(plaintext)).toBe(true)
      }
    },
  )

  it('says what the old format could not promise', () => {
    python('gcm', Buffer.from('{}'), KEY, '12')
    const args = ['import', 'aes-gcm-json', 'old file', '-o', 'new.gitward', '--key-stdin']
    const { stderr } = ann.run(folder, 'gitward', args, { input: `${KEY}\n` })
    expect(stderr).toContain('by whom, when and as which file, nothing in it says')
    expect(stderr).toContain('the old key still opens old file and everything else it sealed')
    expect(opened().toString()).toBe('{}')
  })

  it('refuses another key and every changed field', () => {
    python('gcm', Buffer.from(sample(1000)), KEY, '12')
    const text = read(folder, 'old file').toString()
    write(
      folder,
      'key',
      KEY.replace(/^./, digit => (digit === '0' ? '1' : '0')),
    )
    const message =
      'gitward: old file: the key is another, or the file was changed\n  try: the key that the script used, or another copy of the file\n'
    expect(importing('aes-gcm-json', '--key-file', 'key')).toMatchObject({ status: 4, stderr: message })
    write(folder, 'key', KEY)
    for (const member of ['nonce', 'ciphertext', 'tag']) {
      const first = new RegExp(`(?<="${member}": ")(.)`)
      write(
        folder,
        'old file',
        text.replace(first, digit => (digit === 'A' ? 'B' : 'A')),
      )
      expect(importing('aes-gcm-json', '--key-file', 'key')).toMatchObject({ status: 4, stderr: message })
    }
    expect(files()).not.toContain('new.gitward')
  })

  it.each([
    ['no JSON', 'secret: 1', 'it is no JSON'],
    ['an array', '[]', 'it holds no JSON object'],
    ['another member', '{"header":"","nonce":"","ciphertext":"","tag":""}', 'it has a member header'],
    ['a missing member', '{"nonce":"AAAAAAAAAAAAAAAA","tag":""}', 'its ciphertext is missing or no base64'],
    ['a number', '{"nonce":1}', 'its nonce is missing or no base64'],
    [
      'a nonce of 24 bytes',
      `{"nonce":"${'A'.repeat(32)}","ciphertext":"","tag":""}`,
      'its nonce has not 12 or 16 bytes',
    ],
    [
      'a tag of 12 bytes',
      '{"nonce":"AAAAAAAAAAAAAAAA","ciphertext":"","tag":"AAAAAAAAAAAAAAAA"}',
      'its tag has not 16 bytes',
    ],
  ])('refuses %s, without repeating it', (_, text, why) => {
    write(folder, 'old file', text)
    write(folder, 'key', KEY)
    const refused = importing('aes-gcm-json', '--key-file', 'key')
    expect(refused).toMatchObject({
      status: 4,
      stderr: `gitward: old file is no object of nonce, ciphertext and tag alone: ${why}\n  try: gitward inspect 'old file'\n`,
    })
  })
})

describe('import', () => {
  it.each([
    ['without a format that it knows', ['import', 'aes-cbd', 'old'], 'did you mean aes-cbc?'],
    ['without an output', ['import', 'aes-cbc', 'old', '--password-stdin'], 'say where to write with -o OUT'],
    ['to standard output', ['import', 'aes-cbc', 'old', '-o', '-', '--password-stdin'], 'goes to a file'],
    ['without a secret', ['import', 'aes-cbc', 'old', '-o', 'x'], 'say once where the password is'],
    [
      'with two',
      ['import', 'aes-cbc', 'old', '-o', 'x', '--password-stdin', '--password-env', 'A'],
      'say once where the password is',
    ],
    [
      'with the other secret',
      ['import', 'aes-cbc', 'old', '-o', 'x', '--key-env', 'A'],
      '--key-env is for something else',
    ],
    [
      'with a variable that is not there',
      ['import', 'aes-cbc', 'old', '-o', 'x', '--password-env', 'NO_SUCH'],
      'there is no environment variable NO_SUCH',
    ],
    [
      'with an empty password',
      ['import', 'aes-cbc', 'old', '-o', 'x', '--password-stdin'],
      'the password is empty',
    ],
    [
      'with a key of a wrong length',
      ['import', 'aes-gcm-json', 'old', '-o', 'x', '--key-file', 'README'],
      'the key is not 16, 24 or 32 bytes',
    ],
  ])('stops %s', (_, args, message) => {
    write(folder, 'old', 'old')
    const refused = ann.run(folder, 'gitward', args, { mayFail: true, input: args.includes('-') ? 'x' : '' })
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain(message)
    expect(files()).not.toContain('x')
  })
})

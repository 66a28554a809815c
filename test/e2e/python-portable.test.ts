import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { flipped } from './support/envelopes.ts'
import { identityFile } from './support/members.ts'
import { backends, hasReader, runPython } from './support/python.ts'
import { read, recipientOf, sharedWorld, write } from './support/world.ts'

const HASH = `import hashlib
print(hashlib.sha256(gitward.load_bytes(sys.argv[1])).hexdigest())`
const REPORT = `try: gitward.load_bytes(sys.argv[1]); print('opened')
except gitward.GitwardError as error: print(type(error).__name__, error.code)`

describe.skipIf(!hasReader)('the Python reader, given a portable file', () => {
  const world = sharedWorld()
  const alice = world.person('Alice')
  const recipient = recipientOf(alice, '--classic')
  const env = { GITWARD_IDENTITY_FILE: identityFile(alice, 'identity-classic.txt') }

  it.each([0, 1, 16383, 16384, 16385, 2 ** 20 + 1])('opens %i bytes', size => {
    const plain = Buffer.alloc(size, 'weights ')
    write(world.root, 'model.bin', plain)
    alice.gitward(world.root, 'encrypt', 'model.bin', '-o', 'model.gw', '-r', recipient, '--force')
    const wanted = `${createHash('sha256').update(plain).digest('hex')}\n`
    for (const backend of backends) {
      const chosen = { ...env, GITWARD_CRYPTO_BACKEND: backend }
      expect(runPython(alice, world.root, HASH, ['model.gw'], { env: chosen }).stdout).toBe(wanted)
    }
  })

  it('opens it after its recipients changed, and nothing that was altered', () => {
    const bob = world.person('Bob')
    write(world.root, 'model.bin', 'for two')
    alice.gitward(world.root, 'encrypt', 'model.bin', '-o', 'two.gw', '-r', recipient)
    const bobs = { GITWARD_IDENTITY_FILE: identityFile(bob, 'identity-classic.txt') }
    const added = recipientOf(bob, '--classic')
    expect(runPython(bob, world.root, REPORT, ['two.gw'], { env: bobs }).stdout).toContain('NOT_A_RECIPIENT')
    alice.gitward(world.root, 'rewrap', 'two.gw', '--add', added)
    expect(runPython(bob, world.root, REPORT, ['two.gw'], { env: bobs }).stdout).toBe('opened\n')
    write(world.root, 'two.gw', flipped(read(world.root, 'two.gw'), -1))
    expect(runPython(bob, world.root, REPORT, ['two.gw'], { env: bobs }).stdout).toBe('AuthError TAMPERED\n')
  })
})

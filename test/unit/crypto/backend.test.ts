import { describe, expect, inject, it, vi } from 'vitest'
import { cobblestone } from '../../../src/crypto/cobblestone.ts'
import { epochKey } from '../../../src/crypto/epoch-key.ts'
import { primitives as node } from '../../../src/crypto/node.ts'
import { primitives as portable } from '../../../src/crypto/portable.ts'
import { xaes } from '../../../src/crypto/xaes.ts'
import { sealToken } from '../../../src/envelope/token.ts'

const inUse = inject('backend')
const key = epochKey(new Uint8Array(32), new Uint8Array(16))

describe(`the backend that src uses here is ${inUse}`, () => {
  it('tests that import both backends get two different ones', () => {
    expect(node).not.toBe(portable)
    expect(node.sha256().constructor).not.toBe(portable.sha256().constructor)
  })

  it.each([
    ['crypto/epoch-key', 'hkdfSha256', () => epochKey(new Uint8Array(32), new Uint8Array(16))],
    ['crypto/xaes', 'aesBlocks', () => xaes(new Uint8Array(32))],
    [
      'crypto/cobblestone',
      'hkdfExpandSha512',
      () => cobblestone(new Uint8Array(32), new Uint8Array(24), new Uint8Array(0)),
    ],
    ['envelope', 'hmacSha256', () => sealToken(key, '/a', new Uint8Array(1))],
  ] as const)('%s calls that backend and no other', (_room, name, run) => {
    const calls = { node: vi.spyOn(node, name), portable: vi.spyOn(portable, name) }
    run()
    const counts = { node: calls.node.mock.calls.length, portable: calls.portable.mock.calls.length }
    vi.restoreAllMocks()
    expect(counts[inUse]).toBeGreaterThan(0)
    expect(counts[inUse === 'node' ? 'portable' : 'node']).toBe(0)
  })
})

import { describe, expect, it } from 'vitest'
import { newWorld, protectedRepository } from './support/world.ts'

const fingerprintIn = (text: string): string | undefined => /fingerprint ([0-9a-f]{64})\n/.exec(text)?.[1]

describe('the fingerprint that people compare', () => {
  it('is printed by every unlock, so that a member can tell a newcomer', () => {
    const owner = newWorld().person('owner')
    const origin = protectedRepository(owner, 'origin')
    const clone = owner.clone(origin, 'clone')
    const told = fingerprintIn(owner.gitward(origin, 'unlock').stderr)
    const seen = owner.gitward(clone, 'unlock').stderr
    expect(told).toBeDefined()
    expect(fingerprintIn(seen)).toBe(told)
    expect(seen).toContain("new on this machine: compare it with a teammate's before you trust it")
    expect(owner.gitward(clone, 'unlock').stderr).not.toContain('compare it')
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { vectorFile } from '../tools/vectors.ts'

describe('vectorFile', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('is null when GITWARD_VECTORS is unset', () => {
    vi.stubEnv('GITWARD_VECTORS', undefined)
    expect(vectorFile('wycheproof/aes_gcm_test.json')).toBeNull()
  })

  it('throws when GITWARD_VECTORS is set and the file is missing', () => {
    vi.stubEnv('GITWARD_VECTORS', import.meta.dirname)
    expect(() => vectorFile('no/such.json')).toThrow(
      'GITWARD_VECTORS is set, but no/such.json cannot be read',
    )
  })
})

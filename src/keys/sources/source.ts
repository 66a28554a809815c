import type { SuppliedKey } from '../keyring.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What a key source gives: identities that may open epoch files, or epoch keys themselves. */
export interface KeyMaterial {
  readonly identities: readonly string[]
  readonly keys: readonly SuppliedKey[]
}

export interface KeySource {
  /** As errors name it. */
  readonly name: string
  /**
   * @returns null if the user has not set this source up.
   * @throws {GitwardError} if it is set up and broken.
   */
  readonly load: (env: Environment) => KeyMaterial | null
}

export const identitiesOnly = (identities: readonly string[]): KeyMaterial => ({ identities, keys: [] })
export const keysOnly = (keys: readonly SuppliedKey[]): KeyMaterial => ({ identities: [], keys })

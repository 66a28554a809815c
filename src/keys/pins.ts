import { sameBytes, startsWith, toHex, fromHex, type Bytes } from '../core/bytes.ts'

/** Which keys this machine trusts: (repository, scope, epoch) to fingerprint in hex. Public data. */
export interface Pins {
  /** R in standard base64. */
  readonly repo: string
  readonly epochs: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export const noPins = (repo: string): Pins => ({ repo, epochs: {} })

export function pinnedFingerprint({ epochs }: Pins, scope: string, epoch: number): Bytes | null {
  const hex = epochs[scope]?.[epoch]
  return hex === undefined ? null : fromHex(hex)
}

/** Highest pinned epoch of a scope; 0 if there is none. */
export const highestPinned = ({ epochs }: Pins, scope: string): number =>
  Math.max(0, ...Object.keys(epochs[scope] ?? {}).map(Number))

/** The scope and epoch whose pinned fingerprint starts with `kid`. */
export function pinnedPlace({ epochs }: Pins, kid: Bytes): { scope: string; epoch: number } | null {
  for (const [scope, pinned] of Object.entries(epochs)) {
    const hit = Object.entries(pinned).find(([, hex]) => startsWith(fromHex(hex)!, kid))
    if (hit) return { scope, epoch: Number(hit[0]) }
  }
  return null
}

export const withPin = (pins: Pins, scope: string, epoch: number, fingerprint: Bytes): Pins => ({
  ...pins,
  epochs: { ...pins.epochs, [scope]: { ...pins.epochs[scope], [epoch]: toHex(fingerprint) } },
})

/** The other scope that already has this key; null if none has. */
export function scopeOfFingerprint({ epochs }: Pins, fingerprint: Bytes, except: string): string | null {
  const other = Object.entries(epochs).find(
    ([scope, pinned]) =>
      scope !== except && Object.values(pinned).some(hex => sameBytes(fromHex(hex)!, fingerprint)),
  )
  return other?.[0] ?? null
}

import { epochKey } from '../../src/crypto/epoch-key.ts'

/** `length` bytes that count up from `first`: keys that nobody takes for real ones. */
export const counting = (first: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i) % 256)

/** The repository id of every test and golden vector: a0 a1 … af. */
export const REPO = counting(0xa0, 16)
/** Epoch keys of two scopes: 00 01 … 1f and 20 21 … 3f. */
export const KEY = epochKey(counting(0x00, 32), REPO)
export const OTHER_KEY = epochKey(counting(0x20, 32), REPO)

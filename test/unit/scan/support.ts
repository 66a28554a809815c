import { createHmac, scryptSync } from 'node:crypto'
import { utf8 } from '../../../src/core/bytes.ts'
import { createFingerprinter, type FingerprintHashes } from '../../../src/scan/fingerprint.ts'
import type { RawFinding } from '../../../src/scan/rule.ts'
import { rules } from '../../../src/scan/rules/table.ts'
import { scan, type ScanOptions } from '../../../src/scan/scanner.ts'

export const nodeHashes: FingerprintHashes = {
  hmacSha256: (key, message) => createHmac('sha256', key).update(message).digest(),
  scrypt: (password, salt, cost, length) =>
    scryptSync(password, salt, length, { ...cost, maxmem: 64 * 1024 * 1024 }),
}

/** Without the cost of scrypt: for tests about anything but fingerprints. */
export const quickFingerprint = createFingerprinter(new Uint8Array(16), {
  ...nodeHashes,
  scrypt: (password, salt) => nodeHashes.hmacSha256(salt, password),
})

export const scanText = (text: string, options: Partial<ScanOptions> = {}): RawFinding[] =>
  scan(utf8(text), { rules, fingerprint: quickFingerprint, ...options })

export const rulesFound = (text: string, options: Partial<ScanOptions> = {}): string[] =>
  scanText(text, options).map(finding => finding.rule)

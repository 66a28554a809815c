import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { Finding, Report, Unscanned } from '../../report/report.ts'
import type { Confidence } from '../../scan/rule.ts'
import { rules } from '../../scan/rules/table.ts'
import { scan } from '../../scan/scanner.ts'
import { readInput } from '../disk.ts'
import { NO_REPOSITORY, secretFingerprints } from './fingerprints.ts'
import { secretFinding, STANDARD_INPUT } from './to-finding.ts'

const NEVER_ENTERED = new Set(['.git', 'node_modules'])
const MAX_FILE_BYTES = 512 * 1024 * 1024

/** One for all files: it remembers what is slow to name. */
const fingerprint = secretFingerprints(NO_REPOSITORY)

interface Scanned {
  readonly findings: readonly Finding[]
  readonly bytes: number
  readonly allowed: number
}

/** Scans files and folders of the disk, inside a repository or not. @throws {GitwardError} IO for a missing path. */
export function scanPaths(cwd: string, paths: readonly string[], minConfidence: Confidence): Report {
  const unscanned: Unscanned[] = []
  const results = paths
    .flatMap(each => [...filesUnder(path.resolve(cwd, each), unscanned, cwd)])
    .map(file => scanBytes(readInput(file), path.relative(cwd, file), minConfidence))
  return reportOf(results, unscanned)
}

/** Scans one piece of text or binary data. */
export const scanInput = (bytes: Bytes, minConfidence: Confidence): Report =>
  reportOf([scanBytes(bytes, STANDARD_INPUT, minConfidence)], [])

function scanBytes(bytes: Bytes, name: string, minConfidence: Confidence): Scanned {
  const found = scan(bytes, {
    rules,
    fingerprint,
    isNotebook: name.endsWith('.ipynb'),
    minConfidence,
  })
  const open = found.filter(({ allowed }) => allowed === null)
  return {
    findings: open.map(each => secretFinding(each, name, null)),
    bytes: bytes.length,
    allowed: found.length - open.length,
  }
}

function reportOf(results: readonly Scanned[], unscanned: readonly Unscanned[]): Report {
  const sum = (of: (result: Scanned) => number) => results.reduce((total, each) => total + of(each), 0)
  return {
    findings: results.flatMap(({ findings }) => findings),
    scanned: { files: results.length, bytes: sum(({ bytes }) => bytes) },
    unscanned,
    suppressed: sum(({ allowed }) => allowed),
  }
}

function* filesUnder(place: string, unscanned: Unscanned[], cwd: string): Generator<string> {
  const stat = lstatSync(place, { throwIfNoEntry: false })
  const name = path.relative(cwd, place) || '.'
  if (!stat) throw new GitwardError('IO', `there is no ${name}`, { hint: 'ls' })
  if (stat.isFile() && stat.size <= MAX_FILE_BYTES) yield place
  else if (stat.isFile()) unscanned.push({ path: name, reason: 'larger than 512 MiB' })
  else if (stat.isSymbolicLink()) unscanned.push({ path: name, reason: 'symbolic link' })
  else if (stat.isDirectory()) {
    for (const child of readdirSync(place).sort()) {
      if (!NEVER_ENTERED.has(child)) yield* filesUnder(path.join(place, child), unscanned, cwd)
    }
  } else unscanned.push({ path: name, reason: 'no regular file' })
}

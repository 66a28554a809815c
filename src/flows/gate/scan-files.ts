import { setImmediate } from 'node:timers/promises'
import { fromBase64 } from '../../core/base64.ts'
import type { Bytes } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import { gitPathOf, shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { findRepository, type Repository } from '../../git/repository.ts'
import type { Finding, Report, Unscanned } from '../../report/report.ts'
import type { Fingerprinter } from '../../scan/fingerprint.ts'
import type { Confidence } from '../../scan/rule.ts'
import { isNotebookPath } from '../../scan/notebook.ts'
import { rules } from '../../scan/rules/table.ts'
import { scan } from '../../scan/scanner.ts'
import { POLICY_PATH } from '../names.ts'
import { compileText } from '../policy-source.ts'
import { readTracked } from '../tracked.ts'
import { NO_REPOSITORY, secretFingerprints } from './fingerprints.ts'
import { filesBelow } from './folder-walk.ts'
import { isPrivateFile } from './private-files.ts'
import { flawFinding, secretFinding, STANDARD_INPUT } from './to-finding.ts'

interface Scanned {
  readonly findings: readonly Finding[]
  readonly bytes: number
  readonly allowed: number
}

export interface ScanEffects {
  readonly cwd: string
  readonly minConfidence: Confidence
}

/** Scans files and folders of the disk, inside a repository or not. @throws {GitwardError} IO for a missing path. */
export async function scanPaths(effects: ScanEffects, paths: readonly string[]): Promise<Report> {
  const scanner = await fileScanner(effects)
  const unscanned: Unscanned[] = []
  const results: Scanned[] = []
  for (const each of paths)
    for (const walked of filesBelow(effects.cwd, each)) {
      await setImmediate() // signals
      if ('bytes' in walked) results.push(scanner(walked.bytes, walked.name))
      else unscanned.push({ path: shown(walked.name), reason: walked.unreadable })
    }
  return reportOf(results, unscanned)
}

/** Scans one piece of text or binary data. */
export async function scanInput(effects: ScanEffects, bytes: Bytes): Promise<Report> {
  const scanner = await fileScanner(effects)
  return reportOf([scanner(bytes, gitPathOf(STANDARD_INPUT))], [])
}

/** One for all files: its fingerprints remember what is slow to name. */
async function fileScanner({ cwd, minConfidence }: ScanEffects) {
  const repository = repositoryAround(cwd)
  const repo = repository ? await repositoryId(repository) : NO_REPOSITORY
  const fingerprint = secretFingerprints(repo)
  const options = { repo, fingerprint, minConfidence, isOutside: repository === null }
  return (bytes: Bytes, name: GitPath) => scanBytes(bytes, name, options)
}

/** Null outside of any: scan works there, too. */
function repositoryAround(cwd: string): Repository | null {
  try {
    return findRepository(cwd)
  } catch (error) {
    if (hasCode(error, 'GIT')) return null
    throw error
  }
}

/** R, so that findings have the fingerprints that `check` gives them. */
async function repositoryId(repository: Repository): Promise<Bytes> {
  try {
    const text = readTracked(repository, POLICY_PATH)
    return (text && fromBase64((await compileText(text)).repo)) ?? NO_REPOSITORY
  } catch (error) {
    if (hasCode(error, 'GIT', 'CONFIG')) return NO_REPOSITORY // scan works without a policy
    throw error
  }
}

interface ScanBytesOptions {
  readonly repo: Bytes
  readonly fingerprint: Fingerprinter
  readonly minConfidence: Confidence
  /** Outside any repository: nothing there can be protected. */
  readonly isOutside: boolean
}

function scanBytes(
  bytes: Bytes,
  name: GitPath,
  { repo, fingerprint, minConfidence, isOutside }: ScanBytesOptions,
): Scanned {
  const path = shown(name)
  const isNotebook = isNotebookPath(name)
  const found = scan(bytes, { rules, fingerprint, isNotebook, minConfidence })
  const open = found.filter(({ allowed }) => allowed === null)
  const byName = isPrivateFile(null, name, bytes)
    ? [flawFinding(repo, { kind: 'private-key', path, commit: null })]
    : []
  const findings = [...byName, ...open.map(each => secretFinding(each, path, null))]
  return {
    findings: isOutside ? findings.map(each => ({ ...each, fix: fixOutside(each) })) : findings,
    bytes: bytes.length,
    allowed: found.length - open.length,
  }
}

const fixOutside = ({ kind, path }: Finding): string =>
  path === STANDARD_INPUT || kind === 'private-key'
    ? `change the ${kind === 'private-key' ? 'key' : 'secret'}`
    : `gitward encrypt ${quoted(path)} -r RECIPIENT`

function reportOf(results: readonly Scanned[], unscanned: readonly Unscanned[]): Report {
  const sum = (of: (result: Scanned) => number) => results.reduce((total, each) => total + of(each), 0)
  return {
    findings: results.flatMap(({ findings }) => findings),
    scanned: { files: results.length, bytes: sum(({ bytes }) => bytes) },
    unscanned,
    suppressed: sum(({ allowed }) => allowed),
  }
}

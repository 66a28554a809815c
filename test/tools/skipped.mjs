// Lists the tests that a run skipped, from vitest's JSON report: `node test/tools/skipped.mjs report.json`.
// Fails where a test was skipped for want of something that this machine promises to have:
// the vectors when GITWARD_VECTORS is set, age and Python's cryptography when CI is.
import { readFileSync } from 'node:fs'

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const skipped = testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed')
  .map(({ fullName }) => fullName)
const promised = [
  ...(process.env.GITWARD_VECTORS ? [/GITWARD_VECTORS/] : []),
  ...(process.env.CI === 'true' ? [/\bneeds (?:age|python3?)\b/i] : []),
]
const broken = skipped.filter(name => promised.some(pattern => pattern.test(name)))

for (const name of skipped) console.log(`skipped: ${name}`)
if (broken.length > 0) {
  console.error(`${broken.length} of them must run on this machine:`)
  for (const name of broken) console.error(`  ${name}`)
  process.exitCode = 1
}

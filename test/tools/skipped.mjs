// Lists the tests that a run skipped, from vitest's JSON report: `node test/tools/skipped.mjs report.json`.
// Fails if GITWARD_VECTORS is set and a test was skipped for want of vectors.
import { readFileSync } from 'node:fs'

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const skipped = testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed')
  .map(({ fullName }) => fullName)
const broken = process.env.GITWARD_VECTORS ? skipped.filter(name => name.includes('GITWARD_VECTORS')) : []

for (const name of skipped) console.log(`skipped: ${name}`)
if (broken.length > 0) {
  console.error(`${broken.length} of them must run where GITWARD_VECTORS is set:`)
  for (const name of broken) console.error(`  ${name}`)
  process.exitCode = 1
}

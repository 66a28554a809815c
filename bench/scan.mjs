// node bench/scan.mjs [FOLDER] [--list]: the whole scan, all rules, one thread. Numbers, and findings by rule.
import { createHmac } from 'node:crypto'
import { corpus, load, speed } from './load.mjs'

const { rules } = await load('src/scan/rules/table.ts')
const { scan } = await load('src/scan/scanner.ts')
const folder = process.argv[2] ?? 'node_modules'
const { files, total } = corpus(folder, Number(process.env.MB ?? 80) * 1e6)
const fingerprint = (rule, secret) =>
  createHmac('sha256', rule.id).update(secret).digest('base64url').slice(0, 22)

let findings = []
const rate = speed(total, 3, () => {
  findings = files.flatMap(({ path, bytes }) =>
    scan(bytes, { rules, fingerprint, isNotebook: path.endsWith('.ipynb') }).map(finding => ({
      ...finding,
      path,
      bytes,
    })),
  )
})
console.log(
  `${folder}: ${files.length} files, ${(total / 1e6).toFixed(0)} MB, ${rate}, ${findings.length} findings`,
)
const counts = Object.entries(Object.groupBy?.(findings, each => each.rule) ?? groupBy(findings))
for (const [rule, found] of counts.sort((a, b) => b[1].length - a[1].length))
  console.log(`  ${found.length} ${rule}`)
if (process.argv.includes('--list')) {
  for (const { rule, path, line, confidence } of findings)
    console.log(`${rule} ${confidence} ${path}:${line}`)
}

function groupBy(all) {
  const groups = {}
  for (const each of all) (groups[each.rule] ??= []).push(each)
  return groups
}

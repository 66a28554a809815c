// node bench/prefilter.mjs [FOLDER]: the prefilter alone, beside one big alternation over the same text.
import { corpus, load, speed } from './load.mjs'

const { createPrefilter } = await load('src/scan/prefilter.ts')
const { rules } = await load('src/scan/rules/table.ts')
const keywords = [...new Set(rules.flatMap(rule => rule.keywords.map(keyword => keyword.toLowerCase())))]
const { files, total } = corpus(process.argv[2] ?? 'node_modules', 80e6)
const prefilter = createPrefilter(keywords)
const texts = files.map(file => Buffer.from(file.bytes).toString('latin1'))
const alternation = new RegExp(
  keywords.map(word => word.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')).join('|'),
  'gi',
)

let hits = 0
const ours = speed(total, 3, () => {
  hits = 0
  for (const file of files) prefilter.search(file.bytes, () => hits++)
})
console.log(`prefilter    ${ours}, ${hits} hits in ${(total / 1e6).toFixed(0)} MB`)
const regex = speed(total, 1, () => {
  for (const text of texts) for (const _ of text.matchAll(alternation));
})
console.log(`alternation  ${regex}`)

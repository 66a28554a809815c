// node node.mjs NAME RUN FIRST LAST MAILBOX PEERS OWN DATA: answers each model with a gradient. DATA, a JSON list of
// [x, y], never leaves this process.
import { readFileSync } from 'node:fs'
import { party, toBytes, toNumbers } from './party.mjs'

const [name, run, first, last, mailbox, peers, own, dataFile] = process.argv.slice(2)
const node = party(name, { run, mailbox, peers, own })
const data = JSON.parse(readFileSync(dataFile, 'utf8'))

for (let round = Number(first); round <= Number(last); round++) {
  const model = toNumbers(await node.receive({ kind: 'model', round, from: 'coordinator' }))
  const bytes = toBytes(gradientOf(model))
  await node.send({ kind: 'gradient', round, to: ['coordinator'], bytes })
}

/** Of the mean squared error of y = slope · x + offset. */
function gradientOf([slope, offset]) {
  const errors = data.map(([x, y]) => [x, slope * x + offset - y])
  const mean = terms => (2 * terms.reduce((sum, term) => sum + term, 0)) / data.length
  return [mean(errors.map(([x, error]) => x * error)), mean(errors.map(([, error]) => error))]
}

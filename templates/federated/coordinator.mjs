// node coordinator.mjs RUN ROUNDS MAILBOX PEERS OWN: sends the model, averages the gradients of all nodes.
import { nodesIn, party, toBytes, toNumbers } from './party.mjs'

const LEARNING_RATE = 0.05
const [run, rounds, mailbox, peers, own] = process.argv.slice(2)
const coordinator = party('coordinator', { run, mailbox, peers, own })
const nodes = nodesIn(peers)

let model = [0, 0]
for (let round = 1; round <= Number(rounds); round++) {
  await coordinator.send({ kind: 'model', round, to: nodes, bytes: toBytes(model) })
  const gradients = await Promise.all(
    nodes.map(async from => toNumbers(await coordinator.receive({ kind: 'gradient', round, from }))),
  )
  model = model.map((weight, i) => weight - LEARNING_RATE * mean(gradients.map(gradient => gradient[i])))
}
process.stdout.write(`${JSON.stringify(model)}\n`)

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}

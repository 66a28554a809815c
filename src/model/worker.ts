// What a model thread starts: nothing but the work on blocks.
import { parentPort, workerData } from 'node:worker_threads'
import { runBlocks, type BlockTask } from './blocks.ts'

const { task, board } = workerData as { task: BlockTask; board: SharedArrayBuffer }
const steps = runBlocks(task, board)
let step = steps.next()
while (!step.done) step = steps.next()
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of node, not a window
parentPort!.postMessage(step.value)

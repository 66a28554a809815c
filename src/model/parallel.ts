import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { errno } from '../core/errors.ts'
import {
  BLOCK_BYTES,
  blockCount,
  blocksDone,
  newBoard,
  runBlocks,
  stopAll,
  type BlockFailure,
  type BlockTask,
} from './blocks.ts'

/** How a task over a whole file is run. */
export interface Crew {
  /** Threads at most, this one among them; small files take no other. */
  readonly jobs: number
  /** The script that a thread starts, built from model/worker.ts. */
  readonly worker: string
  /** Told several times a second how far a task is. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export interface Progress {
  readonly work: BlockTask['work']
  /** Bytes of the message. */
  readonly done: number
  readonly total: number
}

/** A thread takes some 20 ms to start: less work than this is done here. */
const BLOCKS_A_THREAD = 8
const PROGRESS_MILLISECONDS = 100

/** Does a task over all blocks. @returns null, or what failed first. */
export async function runTask(
  task: BlockTask,
  { jobs, worker, onProgress }: Crew,
): Promise<BlockFailure | null> {
  const board = newBoard()
  const { work, length: total } = task
  const tell = (done = Math.min(blocksDone(board) * BLOCK_BYTES, total)) =>
    onProgress?.({ work, total, done })
  const timer = setInterval(() => tell(), PROGRESS_MILLISECONDS)
  const threads = Math.min(jobs, Math.floor(blockCount(task.length) / BLOCKS_A_THREAD))
  try {
    const running = [...startThreads(threads - 1, worker, { task, board }), runHere(task, board)]
    await Promise.allSettled(running) // none may touch a file that the caller closes
    return (await Promise.all(running)).find(failure => failure !== null) ?? null
  } finally {
    clearInterval(timer)
    tell(total) // it ended, well or not
  }
}

async function runHere(task: BlockTask, board: SharedArrayBuffer): Promise<BlockFailure | null> {
  const steps = runBlocks(task, board)
  let step = steps.next()
  while (!step.done) {
    await setImmediate() // signals and progress
    step = steps.next()
  }
  return step.value
}

interface Shared {
  readonly task: BlockTask
  readonly board: SharedArrayBuffer
}

type Running = Promise<BlockFailure | null>

/** As many of `count` as the system lets start: whoever runs already does the others' share. */
function startThreads(count: number, worker: string, shared: Shared): readonly Running[] {
  const started: Running[] = []
  while (started.length < count) {
    try {
      started.push(runThread(worker, shared))
    } catch (error) {
      started.push(failedStart(error, shared))
      break
    }
  }
  return started
}

function runThread(worker: string, shared: Shared): Running {
  const thread = new Worker(worker, { workerData: shared, env: {}, execArgv: [] })
  return new Promise((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', error => failedStart(error, shared).then(resolve, reject))
  })
}

/** Limits of processes or memory stop no task; any other error stops all threads. */
async function failedStart(error: unknown, { board }: Shared): Running {
  if (errno(error) === 'ERR_WORKER_INIT_FAILED') return null
  stopAll(board)
  throw error
}

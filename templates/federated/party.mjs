// Messages between the parties of one run: each is sealed for those it is meant for and signed by its sender, with
// run, sender and round bound by the signature. What is inside stays in memory.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

const PATIENCE_MS = 1000 * Number(process.env.FEDERATION_TIMEOUT ?? 60)
const POLL_MS = 100
/** gitward's exit codes for a message that is not for us, and for one that is not what it says. */
const REFUSED = new Set([3, 4])

/**
 * @param {string} name one of those in `peers/allowed_signers`
 * @param {{run: string, mailbox: string, peers: string, own: string}} place `run` must be new for every run; `mailbox`
 *   is a folder that anybody may write to; `peers` holds public keys and `own` this party's private ones, see enrol.mjs
 */
export function party(name, { run, mailbox, peers, own }) {
  const folderOf = (kind, from, round) => path.join(mailbox, `round-${round}`, `${kind}-from-${from}`)
  const words = (kind, from, round) =>
    Object.entries({
      context: `${run}: ${kind} from ${from}`,
      name: `${kind}.gitward`,
      round: String(round),
    }).flatMap(([word, text]) => [`--${word}`, text])

  /** Seals `bytes` for the parties in `to`, signs, and puts the pair into the mailbox in one step. */
  async function send({ kind, round, to, bytes }) {
    const target = folderOf(kind, name, round)
    const draft = `${target}.draft-${randomUUID()}`
    mkdirSync(draft, { recursive: true })
    const recipients = to.flatMap(each => ['-R', path.join(peers, `${each}.recipient`)])
    const sign = ['--sign', path.join(own, 'id_ed25519'), ...words(kind, name, round)]
    await gitward(['encrypt', '-', '-o', path.join(draft, `${kind}.gitward`), ...recipients, ...sign], bytes)
    await until(() => isMoved(draft, target), `room for ${kind} of round ${round}`)
  }

  /** Waits for the message of `from`, and sets aside whatever else stands in its place. */
  async function receive({ kind, round, from }) {
    const folder = folderOf(kind, from, round)
    const signer = ['--signer', path.join(peers, 'allowed_signers'), '--signed-by', from]
    const identity = ['--identity', path.join(own, 'identity.txt')]
    const file = path.join(folder, `${kind}.gitward`)
    for (;;) {
      await until(() => existsSync(folder), `${kind} of ${from} in round ${round}`)
      try {
        return await gitward([
          'decrypt',
          file,
          '-o',
          '-',
          ...identity,
          ...signer,
          ...words(kind, from, round),
        ])
      } catch (error) {
        if (!REFUSED.has(error.exitCode)) throw error
        process.stderr.write(`${name}: rejected ${kind} of ${from} in round ${round}: ${error.message}\n`)
        renameSync(folder, `${mkdtempSync(path.join(mailbox, 'rejected-'))}/message`)
      }
    }
  }

  return { send, receive }
}

/** The names in an allowed signers file, but for the coordinator's. */
export const nodesIn = peers =>
  readFileSync(path.join(peers, 'allowed_signers'), 'utf8')
    .split('\n')
    .map(line => line.split(' ')[0])
    .filter(name => name !== '' && name !== 'coordinator')

/** Runs gitward; its standard output. Rejects with its message and `exitCode`. */
export function gitward(args, input = new Uint8Array()) {
  const child = spawn('gitward', args, { stdio: 'pipe' })
  const [out, complaints] = [[], []]
  child.stdout.on('data', piece => out.push(piece))
  child.stderr.on('data', piece => complaints.push(piece))
  child.stdin.on('error', () => {}) // it stopped reading: its exit code says why
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', exitCode => {
      if (exitCode === 0) return resolve(Buffer.concat(out))
      reject(Object.assign(new Error(Buffer.concat(complaints).toString().split('\n')[0]), { exitCode }))
    })
  })
}

async function until(isTrue, what) {
  const deadline = Date.now() + PATIENCE_MS
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`)
    await setTimeout(POLL_MS)
  }
}

/** A folder moves at once, so nobody sees an envelope without its signature. */
function isMoved(from, to) {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(error.code)) return false
    throw error
  }
}

/** Numbers as they travel: 64-bit floats, little-endian. */
export function toBytes(numbers) {
  const bytes = Buffer.alloc(8 * numbers.length)
  for (const [i, number] of numbers.entries()) bytes.writeDoubleLE(number, 8 * i)
  return bytes
}

export const toNumbers = bytes =>
  Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => bytes.readDoubleLE(8 * i))

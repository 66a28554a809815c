import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { newSshKey } from './support/ssh.ts'
import { sharedWorld, write } from './support/world.ts'

const template = path.resolve(import.meta.dirname, '../../templates/federated')
const world = sharedWorld()
const ann = world.person('ann')
const DATA: Readonly<Record<string, string>> = {
  'node-1': '[[0,1],[1,4],[2,7]]',
  'node-2': '[[3,10],[-1,-2]]',
}
const ROUNDS = 2
const RUN = 'run 7'
const folder = path.join(world.root, 'a federation')
const own = (name: string) => path.join('own', name)

/** A process of the template. */
interface Party {
  readonly said: () => string
  readonly complained: () => string
  /** Its exit code. */
  readonly ended: Promise<number | null>
}

function start(script: string, ...args: string[]): Party {
  const child = spawn(process.execPath, [path.join(template, script), ...args], { cwd: folder, env: ann.env })
  const [out, complaints]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', piece => out.push(piece))
  child.stderr.on('data', piece => complaints.push(piece))
  return {
    said: () => Buffer.concat(out).toString(),
    complained: () => Buffer.concat(complaints).toString(),
    ended: new Promise(resolve => child.on('close', resolve)),
  }
}

const coordinate = (mailbox: string) =>
  start('coordinator.mjs', RUN, String(ROUNDS), mailbox, 'peers', own('coordinator'))
const node = (name: string, mailbox: string, first = 1, last = ROUNDS) =>
  start('node.mjs', name, RUN, String(first), String(last), mailbox, 'peers', own(name), `${name}.json`)

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setTimeout(50) // the test's own time limit ends this
}

beforeAll(() => {
  mkdirSync(folder)
  for (const name of ['coordinator', 'node-1', 'node-2'])
    ann.run(folder, process.execPath, [path.join(template, 'enrol.mjs'), name, own(name), 'peers'])
  for (const [name, data] of Object.entries(DATA)) write(folder, `${name}.json`, data)
})

/** The same descent without messages. */
function expectedModel(): number[] {
  const all = Object.values(DATA).map(text => JSON.parse(text) as [number, number][])
  const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length
  let [slope, offset] = [0, 0]
  for (let round = 1; round <= ROUNDS; round++) {
    const errors = all.map(data => data.map(([x, y]) => [x, slope * x + offset - y] as const))
    const bySlope = mean(errors.map(each => 2 * mean(each.map(([x, error]) => x * error))))
    const byOffset = mean(errors.map(each => 2 * mean(each.map(([, error]) => error))))
    ;[slope, offset] = [slope - 0.05 * bySlope, offset - 0.05 * byOffset]
  }
  return [slope, offset]
}

function expectModel(coordinator: Party): void {
  const model = JSON.parse(coordinator.said()) as number[]
  for (const [i, weight] of expectedModel().entries()) expect(model[i]).toBeCloseTo(weight, 9)
}

describe('three processes that exchange gradients', () => {
  it('train together, and nothing else stands in the mailbox than ciphertext and signatures', async () => {
    const parties = [coordinate('mail'), node('node-1', 'mail'), node('node-2', 'mail')]
    expect(await Promise.all(parties.map(({ ended }) => ended))).toEqual([0, 0, 0])
    expect(parties.map(each => each.complained())).toEqual(['', '', ''])
    expectModel(parties[0]!)
    const names = ann.run(folder, 'find', ['mail', '-type', 'f', '-printf', '%f\n']).stdout.split('\n')
    expect([...new Set(names)].sort()).toEqual([
      '',
      'gradient.gitward',
      'gradient.gitward.sig',
      'model.gitward',
      'model.gitward.sig',
    ])
  })

  it('reject what is forged, unsigned, replayed or cut, and go on', { timeout: 240_000 }, async () => {
    const coordinator = coordinate('attacked')
    const first = node('node-1', 'attacked')
    const slot = (round: number, name = 'node-2') => `attacked/round-${round}/gradient-from-${name}`
    const stands = (place: string) => existsSync(path.join(folder, place))
    /** Puts files into the place of node-2, and waits until the coordinator has said why it takes them not. */
    const attack = async (round: number, why: string, put: (place: string) => void) => {
      const before = coordinator.complained().length
      mkdirSync(path.join(folder, 'draft'))
      put('draft')
      ann.run(folder, 'mv', ['-T', 'draft', slot(round)])
      await until(() => coordinator.complained().length > before && !stands(slot(round)))
      const [line] = coordinator.complained().slice(before).split('\n')
      expect(line).toContain(`coordinator: rejected gradient of node-2 in round ${round}: `)
      expect(line).toContain(why)
    }
    const forge = (place: string, ...args: string[]) => {
      const file = path.join(place, 'gradient.gitward')
      const words = [
        '--round',
        '1',
        '--context',
        `${RUN}: gradient from node-2`,
        '--name',
        'gradient.gitward',
      ]
      const input = Buffer.alloc(16, 0x40)
      const to = ['-R', 'peers/coordinator.recipient', '-o', file]
      ann.run(folder, 'gitward', ['encrypt', '-', ...to, ...args, ...(args.length > 0 ? words : [])], {
        input,
      })
    }
    const copied = (from: string) => (place: string) =>
      cpSync(path.join(folder, from), path.join(folder, place), { recursive: true })

    await until(() => stands('attacked/round-1/model-from-coordinator'))
    const stranger = newSshKey(ann, 'stranger')
    await attack(1, 'it is no signature of node-2', place => forge(place, '--sign', stranger))
    await attack(1, 'it is no signature of node-2', place =>
      forge(place, '--sign', `${own('node-1')}/id_ed25519`),
    )
    await attack(1, 'is not signed', place => forge(place))
    await until(() => stands(slot(1, 'node-1')))
    await attack(1, 'it is no signature of node-2', copied(slot(1, 'node-1')))

    cpSync(path.join(folder, 'attacked/round-1'), path.join(folder, 'behind/round-1'), { recursive: true })
    expect(await node('node-2', 'behind', 1, 1).ended).toBe(0) // its real message, held back
    await attack(1, 'shorter or longer than what was signed', place => {
      copied('behind/round-1/gradient-from-node-2')(place)
      const file = path.join(folder, place, 'gradient.gitward')
      truncateSync(file, statSync(file).size - 8)
    })
    expect(await node('node-2', 'attacked', 1, 1).ended).toBe(0)

    await until(() => stands('attacked/round-2/model-from-coordinator'))
    await attack(2, 'it was signed for round 1, not 2: a replay?', copied(slot(1)))
    const second = node('node-2', 'attacked', 2, 2)
    expect(await Promise.all([coordinator.ended, first.ended, second.ended])).toEqual([0, 0, 0])
    expectModel(coordinator)
  })

  it('stop when a party does not answer', async () => {
    const silent = spawn(
      process.execPath,
      [path.join(template, 'coordinator.mjs'), RUN, '1', 'silence', 'peers', own('coordinator')],
      { cwd: folder, env: { ...ann.env, FEDERATION_TIMEOUT: '1' } },
    )
    const complaints: Buffer[] = []
    silent.stderr.on('data', piece => complaints.push(piece))
    expect(await new Promise(resolve => silent.on('close', resolve))).toBe(1)
    expect(Buffer.concat(complaints).toString()).toContain(
      'gave up waiting for gradient of node-1 in round 1',
    )
  })
})

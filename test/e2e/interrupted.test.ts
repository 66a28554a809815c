import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { changes } from './support/history.ts'
import { interruptedAtTerminal } from './support/terminal.ts'
import { newWorld, protectedRepository, read, write, type Person } from './support/world.ts'

describe('an interrupted command', () => {
  const FILES = 300
  const secret = (i: number) => `secret ${i} ${'x'.repeat(i)}\n`

  function filled(person: Person, files = FILES): string {
    const repository = protectedRepository(person)
    for (let i = 0; i < files; i++) write(repository, `secrets/${i}`, secret(i))
    person.commit(repository)
    return repository
  }

  const ended = (child: ChildProcess) => new Promise<number | null>(resolve => child.once('close', resolve))

  /** Kills a command with all that it started as soon as `isReached`. @returns its exit code, if it had time for one. */
  async function killWhen(
    isReached: () => boolean,
    child: ChildProcess,
    signal: NodeJS.Signals = 'SIGKILL',
  ): Promise<number | null> {
    const end = ended(child)
    child.stderr?.resume()
    while (child.exitCode === null && !isReached()) await setTimeout(1)
    try {
      process.kill(-child.pid!, signal)
    } catch {
      // it was faster than the clock
    }
    return end
  }

  async function unlocking(person: Person, cwd: string): Promise<{ status: number | null; stderr: string }> {
    const child = person.start(cwd, 'gitward', 'unlock')
    let stderr = ''
    child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()))
    return { status: await ended(child), stderr }
  }

  const contents = (repository: string) =>
    Array.from({ length: FILES }, (_, i) => read(repository, `secrets/${i}`).toString('latin1'))
  const opened = Array.from({ length: FILES }, (_, i) => secret(i))

  const leftovers = (person: Person, repository: string) =>
    person.git(repository, 'ls-files', '--others').stdout

  it('leaves each file whole, old or new, and the next unlock finishes', { timeout: 120_000 }, async () => {
    const alice = newWorld().person('alice')
    const repository = filled(alice)
    alice.gitward(repository, 'lock')
    const sealed = contents(repository)
    const temporary = new Set<string>()
    for (const last of [0, 1, 150, 250, 99]) {
      const isReached = () => {
        for (const name of readdirSync(path.join(repository, 'secrets')))
          if (name.endsWith('.tmp')) temporary.add(name)
        return read(repository, `secrets/${last}`).toString('latin1') === opened[last]
      }
      await killWhen(isReached, alice.start(repository, 'gitward', 'unlock'))
      const found = contents(repository)
      expect(found).toEqual(found.map((each, i) => (each === opened[i] ? each : sealed[i])))
      expect(found[last]).toBe(opened[last])
    }
    alice.gitward(repository, 'unlock')
    expect([...temporary]).toEqual([])
    expect(readdirSync(path.join(repository, '.git/gitward'))).not.toContain('scratch')
    expect(contents(repository)).toEqual(opened)
    expect(changes(alice, repository)).toBe('')
    expect(leftovers(alice, repository)).toBe('')
  })

  it.each([
    ['SIGINT', [130]],
    ['SIGTERM', [143, 130]], // where git was struck first, that is what is told
    ['SIGHUP', [129, 130]],
  ] as const)('by %s while it unlocks or locks leaves nothing behind', async (signal, codes) => {
    const alice = newWorld().person('alice')
    const repository = filled(alice)
    alice.gitward(repository, 'lock')
    const isOpened = () => read(repository, 'secrets/20').toString('latin1') === opened[20]
    for (const [verb, isReached] of [
      ['unlock', isOpened],
      ['lock', () => !isOpened()],
    ] as const) {
      const status = await killWhen(isReached, alice.start(repository, 'gitward', verb), signal)
      expect(codes).toContain(status)
      expect(
        readdirSync(path.join(repository, '.git/gitward')).filter(each => /lock|scratch|tmp/.test(each)),
      ).toEqual([])
      expect(leftovers(alice, repository)).toBe('')
      alice.gitward(repository, 'unlock')
      expect(contents(repository)).toEqual(opened)
      expect(changes(alice, repository)).toBe('')
    }
  })

  it('shows at a terminal how far it is, and Ctrl-C wipes that out', () => {
    const alice = newWorld().person('alice')
    const repository = filled(alice, 1000)
    alice.gitward(repository, 'lock')
    const { status, stdout } = interruptedAtTerminal(alice, repository, 'decrypting', 'unlock')
    expect(status).toBe(130)
    expect(stdout).toMatch(/^\rdecrypting {1,3}\d+ % {2}[^\r]+\u001b\[K[^]*\r\u001b\[K$/)
    expect(
      readdirSync(path.join(repository, '.git/gitward')).filter(each => /lock|scratch|tmp/.test(each)),
    ).toEqual([])
  })

  it('of git leaves what a new checkout mends', async () => {
    const alice = newWorld().person('alice')
    const repository = filled(alice)
    rmSync(path.join(repository, 'secrets'), { recursive: true })
    const isReached = () => existsSync(path.join(repository, 'secrets/150'))
    await killWhen(isReached, alice.start(repository, 'git', 'checkout', '--', '.'))
    rmSync(path.join(repository, '.git/index.lock'), { force: true })
    alice.git(repository, 'checkout', '--', '.')
    expect(contents(repository)).toEqual(opened)
    expect(changes(alice, repository)).toBe('')
    expect(leftovers(alice, repository)).toBe('')
  })

  it('two unlocks at once: one works, the other says who does', async () => {
    const alice = newWorld().person('alice')
    const repository = filled(alice)
    alice.gitward(repository, 'lock')
    const runs = await Promise.all([unlocking(alice, repository), unlocking(alice, repository)])
    for (const { status, stderr } of runs) {
      if (status === 0) continue
      expect(status).toBe(5)
      expect(stderr).toMatch(/^gitward: another gitward \(process \d+\) is working in this repository\n/)
    }
    expect(runs.some(({ status }) => status === 0)).toBe(true)
    expect(contents(repository)).toEqual(opened)
    expect(changes(alice, repository)).toBe('')
  })
})

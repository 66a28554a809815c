import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { newWorld, type World } from './support/world.ts'

const demo = path.resolve(import.meta.dirname, '../demo/demo.mjs')

/** Nobody's HOME, no git identity, and a temporary folder that shows what is left behind. */
function surroundings(world: World) {
  const [home, temporary] = ['home', 'tmp'].map(name => path.join(world.root, name)) as [string, string]
  for (const folder of [home, temporary]) mkdirSync(folder)
  return { temporary, env: { PATH: process.env['PATH'], HOME: home, TMPDIR: temporary } }
}

describe('npm run demo', () => {
  it('checks all that it claims, without colour off a terminal, and cleans up', () => {
    const { temporary, env } = surroundings(newWorld())
    const done = spawnSync(process.execPath, [demo], { env })
    const output = done.stdout.toString()
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^✓ all \d+ checks hold$/)
    expect(done).toMatchObject({ status: 0 })
    expect(done.stderr.toString()).toBe('')
    expect(output).not.toContain('\u001b')
    expect(output.match(/ ✓ /g)?.length).toBe(Number(/all (\d+) checks/.exec(output)![1]))
    expect(output).not.toContain('✗')
    expect(readdirSync(temporary)).toEqual([])
  })

  it('a command that does not do what is claimed makes it exit 1, cleaned up', () => {
    const world = newWorld()
    const { temporary, env } = surroundings(world)
    const bin = path.join(world.root, 'bin')
    mkdirSync(bin)
    writeFileSync(path.join(bin, 'git'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    const done = spawnSync(process.execPath, [demo], {
      env: { ...env, PATH: `${bin}:${env.PATH}`, FORCE_COLOR: '1' },
    })
    expect(done.status).toBe(1)
    expect(done.stdout.toString()).toMatch(/\n {2}\u001b\[31m✗\u001b\[0m [^\n]+\n/)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('Ctrl-C stops it, cleaned up', async () => {
    const { temporary, env } = surroundings(newWorld())
    const child = spawn(process.execPath, [demo], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.on('data', (part: Buffer) => {
      if (part.includes('gitward init')) child.kill('SIGINT')
    })
    const status = await new Promise(resolve => child.on('close', resolve))
    expect(status).toBe(130)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('is what package.json runs', () => {
    const { scripts } = JSON.parse(readFileSync(path.resolve(demo, '../../../package.json'), 'utf8'))
    expect(scripts.demo).toContain('test/demo/demo.mjs')
  })
})

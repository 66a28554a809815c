import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLONE_HOOKS } from '../../../src/flows/hooks/place.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const NAMES = [...CLONE_HOOKS, 'pre-receive'].sort()

describe('hooks/', () => {
  it('has every hook, each a short executable script', () => {
    expect(readdirSync(path.join(root, 'hooks')).sort()).toEqual(NAMES)
    for (const name of NAMES) {
      expect(textOf(`hooks/${name}`).split('\n').length).toBeLessThanOrEqual(20)
      expect(statSync(path.join(root, 'hooks', name)).mode & 0o111).toBe(0o111)
      expect(spawnSync('sh', ['-n', path.join(root, 'hooks', name)]).status).toBe(0)
    }
  })

  it('has one shape, which the script that finds the hook’s name in its first argument shares', () => {
    const template = textOf('templates/hooks/hook')
    for (const name of NAMES)
      expect(textOf(`hooks/${name}`)).toBe(template.replace('name=$1 && shift', `name=${name}`))
  })
})

describe('templates/hooks/', () => {
  it.each(['git', 'husky'])('has one marked line for each hook of %s', folder => {
    expect(readdirSync(path.join(root, 'templates/hooks', folder)).sort()).toEqual([...CLONE_HOOKS].sort())
    for (const name of CLONE_HOOKS)
      expect(textOf(`templates/hooks/${folder}/${name}`)).toMatch(
        new RegExp(`^.* ${name} "\\$@".* \\|\\| exit \\$\\? # gitward\\n$`),
      )
  })

  it('has a command for lefthook that gives up nothing to what a URL holds', () => {
    const [, command] = /run: (sh \S+ pre-push .*?) #/.exec(textOf('templates/hooks/lefthook.yml'))!
    const url = 'https://host/repository?a=1&b=2;$(exit 0)'
    const script = command!.replace('sh .gitward/hook', 'refuse').replace('{1}', () => url)
    const ran = spawnSync('sh', ['-c', `refuse() { echo "$@"; exit 3; }\n${script}`])
    expect(ran.stdout.toString()).toBe(`pre-push ${url}\n`)
    expect(ran.status).toBe(3)
  })
})

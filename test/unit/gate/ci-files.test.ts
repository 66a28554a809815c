import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = path.resolve(import.meta.dirname, '../../..')
const read = (file: string) => parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, unknown>

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

describe('CI files are valid YAML with what GitHub and GitLab ask for', () => {
  it('the workflow fetches all of history, pins actions by major version and may only read', () => {
    const workflow = read('templates/ci/github.yml')
    expect(Object.keys(workflow['on'] as object)).toEqual(['push', 'pull_request', 'merge_group'])
    expect(workflow['permissions']).toEqual({ contents: 'read' })
    const { steps } = (workflow['jobs'] as { check: { steps: Step[] } }).check
    const used = steps.flatMap(({ uses }) => uses ?? [])
    expect(used).toHaveLength(2)
    for (const each of used) expect(each).toMatch(/^actions\/[a-z-]+@v\d+$/)
    expect(steps[0]!.with?.['fetch-depth']).toBe(0)
    expect(steps.at(-1)!.run).toContain('check --range auto --report github')
  })

  it('the GitLab job fetches all of history and the default branch', () => {
    const { gitward } = read('templates/ci/gitlab.yml') as {
      gitward: { variables: object; script: string[]; rules: object[] }
    }
    expect(gitward.variables).toEqual({ GIT_DEPTH: '0' })
    expect(gitward.script[0]).toContain('refs/remotes/origin/$CI_DEFAULT_BRANCH')
    expect(gitward.script.at(-1)).toContain('check --range auto')
    expect(gitward.rules).toHaveLength(3)
  })

  it('the action passes its inputs by the environment, where no shell reads them', () => {
    const action = read('action.yml')
    const inputs = Object.keys(action['inputs'] as object)
    const { using, steps } = action['runs'] as { using: string; steps: Step[] }
    expect(using).toBe('composite')
    for (const { run = '', env = {} } of steps) {
      expect(run).not.toContain('${{')
      expect(Object.values(env)).toEqual(inputs.map(name => `\${{ inputs.${name} }}`))
    }
  })
})

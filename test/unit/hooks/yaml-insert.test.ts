import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { yamlEditor } from '../../../src/formats/yaml-editor.ts'
import { lefthook } from '../../../src/flows/hooks/lefthook.ts'
import type { HookManagerRow } from '../../../src/flows/hooks/manager.ts'
import type { HookPlace } from '../../../src/flows/hooks/place.ts'
import { preCommit } from '../../../src/flows/hooks/pre-commit.ts'

const templates = path.resolve(import.meta.dirname, '../../../templates/hooks')

/** What a manager would write into its config file; null where it leaves it alone. */
function wantedConfig(manager: HookManagerRow, name: string, text: string): string | null {
  const top = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward hooks ')))
  onTestFinished(() => rmSync(top, { recursive: true }))
  mkdirSync(path.join(top, '.git/hooks'), { recursive: true })
  writeFileSync(path.join(top, name), text)
  const gitDir = path.join(top, '.git')
  const place: HookPlace = {
    repository: { top, gitDir, commonDir: gitDir },
    hooks: { path: path.join(gitDir, 'hooks'), setIn: null },
    template: file => readFileSync(path.join(templates, file), 'utf8'),
  }
  const found = manager.placements(place).find(({ file }) => file === path.join(top, name))!
  expect(found.problem === undefined).toBe(found.wanted !== null)
  return found.wanted?.toString() ?? null
}

const hooks = ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'pre-push']

describe('lefthook.yml', () => {
  const into = (text: string) => wantedConfig(lefthook, 'lefthook.yml', text)

  it.each([
    ['empty', ''],
    ['of comments', '# nothing yet\n'],
    ['with another hook', 'commit-msg:\n  commands:\n    lint: { run: lint }\n'],
    ['without a last line feed', 'commit-msg:\n  commands:\n    lint: { run: lint }'],
    ['with commands', 'pre-commit:\n  parallel: true\n  commands:\n    lint:\n      run: lint # mine\n'],
    [
      'with commands, four columns deep',
      'pre-commit:\n    commands:\n        lint:\n            run: lint\n',
    ],
    [
      'with jobs',
      'pre-push:\n  jobs:\n    - name: test\n      run: npm test\n\npre-commit:\n  jobs:\n  - run: lint\n',
    ],
    ['with an empty hook', 'pre-commit:\npre-push:\n  skip: true\n'],
    ['with CRLF', 'pre-commit:\r\n  commands:\r\n    lint:\r\n      run: lint\r\n'],
  ])('that is %s gets a command in every hook, and keeps its lines', (_, text) => {
    const wanted = into(text)!
    const kept = wanted.split('\n')
    for (const line of text.split('\n').filter(each => each !== '')) expect(kept).toContain(line)
    const data = yamlEditor.parse(wanted) as Record<string, { commands: { gitward: { run: string } } }>
    for (const hook of hooks) expect(data[hook]!.commands.gitward.run).toMatch(`sh .gitward/hook ${hook}`)
    expect(into(wanted)).toBe(wanted)
  })

  it('keeps a command that its owner wrote differently', () => {
    const own = hooks.map(hook => `${hook}:\n  jobs:\n    - run: sh .gitward/hook ${hook} '{1}'\n`).join('')
    expect(into(own)).toBe(own)
  })

  it.each([
    ['flow style', '{ pre-commit: { commands: { lint: { run: lint } } } }\n'],
    ['a hook in flow style', 'pre-commit: { commands: { lint: { run: lint } } }\n'],
    ['a list', '- pre-commit\n'],
    ['broken YAML', 'pre-commit: [\n'],
    ['commands that are no mapping', 'pre-commit:\n  commands: [lint]\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
  ])('in %s is left alone', (_, text) => {
    expect(into(text)).toBeNull()
  })
})

describe('.pre-commit-config.yaml', () => {
  const into = (text: string) => wantedConfig(preCommit, '.pre-commit-config.yaml', text)
  const others =
    '- repo: local\n  hooks:\n  - id: a\n    name: a # mine\n    entry: a\n    language: system\n'
  const deeper = others.replaceAll(/^/gm, '    ').trimEnd() + '\n'

  it.each([
    ['at the margin', `default_stages: [pre-commit]\nrepos:\n${others}`],
    ['further in', `repos: # all of them\n${deeper}fail_fast: true\n`],
    ['behind a comment', `repos:\n\n# first\n${others}`],
  ])('with a list %s gets our entry first, and keeps its lines', (_, text) => {
    const wanted = into(text)!
    const kept = wanted.split('\n')
    for (const line of text.split('\n')) expect(kept).toContain(line)
    const { repos } = yamlEditor.parse(wanted) as { repos: { hooks: { id: string }[] }[] }
    expect(repos.map(each => each.hooks[0]!.id)).toEqual(['gitward', 'a'])
    expect(into(wanted)).toBe(wanted)
  })

  it('that is empty becomes the template', () => {
    expect(into('')).toBe(readFileSync(path.join(templates, 'pre-commit-config.yaml'), 'utf8'))
  })

  it('that takes the hook from our repository is as it should be', () => {
    const text =
      'repos:\n  - repo: https://example.invalid/gitward\n    rev: v1\n    hooks: [{ id: gitward }]\n'
    expect(into(text)).toBe(text)
  })

  it.each([
    ['repos in brackets', 'repos: [{ repo: local, hooks: [] }]\n'],
    ['no repos', 'fail_fast: true\n'],
    ['broken YAML', 'repos: [\n'],
  ])('with %s is left alone', (_, text) => {
    expect(into(text)).toBeNull()
  })
})

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { sharedWorld } from './support/world.ts'

const world = sharedWorld()
const ann = world.person('ann')
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined
const script = (shell: string): string => ann.run(ann.home, 'gitward', ['completion', shell]).stdout

/** What a shell offers behind a command line; the last word is being typed. */
type Offers = (...words: string[]) => string[]

const inBash: Offers = (...words) => {
  const program = `${script('bash')}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    if [ "$1" = git ]; then _git_ward; else _gitward; fi
    printf '%s\\n' "\${COMPREPLY[@]}"`
  return lines(ann.run(ann.home, 'bash', ['-c', program, 'bash', ...words]).stdout)
}

const inFish: Offers = (...words) => {
  const asked = ann.run(ann.home, 'fish', ['-c', `${script('fish')}\ncomplete -C "${words.join(' ')}"`])
  return lines(asked.stdout).map(line => line.split('\t')[0]!)
}

/** zsh completes only at a terminal: one of its own, in which TAB is pressed and the line is then read. */
const inZsh: Offers = (...words) => {
  const program = `
    zmodload zsh/zpty
    zpty -b shell zsh -f -i
    typed() { zpty -w shell "$1"; sleep 0.2 }
    typed 'PROMPT=; autoload -Uz compinit; compinit -u -d $HOME/.zcompdump; eval "$(gitward completion zsh)"'
    typed 'setopt no_auto_menu list_ambiguous; zstyle ":completion:*" insert-tab false; bindkey "^I" complete-word'
    typed 'line() { print -r -- "\${(l:2::<:)}$BUFFER>>"; BUFFER= }; zle -N line; bindkey "^X" line'
    typed 'print -r -- rea''dy'
    zpty -r -m shell out '*ready*'
    zpty -w -n shell $'${words.join(' ')}\\t\\C-X'
    zpty -r -m shell out '*<<*>>*' && print -r -- "$out"`
  const { stdout } = ann.run(ann.home, 'timeout', ['30', 'zsh', '-f', '-c', program])
  return [/<<([^]*?)>>/.exec(stdout.split('ready').at(-1)!)![1]!.trim()]
}

const lines = (text: string): string[] => text.split('\n').filter(line => line !== '')

describe.each([
  ['bash', inBash],
  ['fish', inFish],
] as const)('completion in %s', (shell, offers) => {
  if (!has(shell)) console.log(`skipped: ${shell} is not installed (apt install ${shell})`)

  it.skipIf(!has(shell)).each([
    [['gitward', 'unl'], ['unlock']],
    [['gitward', 'check', '--sta'], ['--staged']],
    [['gitward', 'env', '--format', 'po'], ['powershell']],
  ])('%j gives %j', (words, expected) => {
    expect(offers(...words)).toEqual(expected)
  })
})

describe('completion', () => {
  it('serves `git ward` in bash, and commands behind -C', () => {
    expect(inBash('git', 'ward', 'dec')).toEqual(['decrypt'])
    expect(inBash('gitward', '-C', 'unlock', 'reseal', '--fr')).toEqual(['--from'])
  })

  it('leaves operands to the names of files', () => {
    expect(inBash('gitward', 'cat', 'conf')).toEqual([])
  })

  if (!has('zsh')) console.log('skipped: zsh is not installed (apt install zsh)')
  it.skipIf(!has('zsh')).each([
    [['gitward', 'unl'], 'gitward unlock'],
    [['gitward', 'check', '--stag'], 'gitward check --staged'],
    [['gitward', 'env', '--format', 'pow'], 'gitward env --format powershell'],
  ])('%j becomes %j in zsh', (words, expected) => {
    expect(inZsh(...words)).toEqual([expected])
  })

  it.each(['tcsh', ''])('knows no shell %j: exit 2', shell => {
    const { status, stderr } = ann.run(ann.home, 'gitward', ['completion', shell], { mayFail: true })
    expect(status).toBe(2)
    expect(stderr).toContain('completion')
  })
})

describe('the manual', () => {
  const prefix = path.join(ann.home, 'global')
  const folder = path.join(prefix, 'share/man')

  beforeAll(() => {
    const { tarball } = inject('installed')
    ann.run(ann.home, 'npm', ['install', '--global', '--offline', '--prefix', prefix, tarball])
  })

  it('is installed where man looks, for both names', () => {
    expect(existsSync(path.join(folder, 'man1/gitward.1'))).toBe(true)
    expect(existsSync(path.join(folder, 'man1/git-ward.1'))).toBe(true)
  })

  if (!has('man')) console.log('skipped: man is not installed (apt install man-db)')
  it.skipIf(!has('man'))('is read by man without a warning, every command in it', () => {
    const read = (name: string) =>
      ann.run(ann.home, 'man', ['--warnings', '-M', folder, name], { env: { MANWIDTH: '200' } })
    for (const { stdout, stderr } of [read('gitward'), read('git-ward')]) {
      expect(stderr).toBe('')
      for (const command of ['init', 'unlock', 'check', 'completion'])
        expect(stdout).toContain(`gitward ${command}`)
      expect(stdout).toMatch(/\b130\b.*interrupted/s)
    }
  })
})

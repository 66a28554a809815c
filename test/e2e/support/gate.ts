import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { planted, prepared, write, type Person } from './world.ts'

export interface Reported {
  readonly status: number
  readonly findings: readonly {
    readonly kind: string
    readonly rule: string
    readonly path: string
    readonly line: number
    readonly fingerprint: string
    readonly fix: string
  }[]
  readonly scanned: { readonly files: number; readonly bytes: number }
  readonly unscanned: readonly { readonly path: string; readonly reason: string }[]
  readonly suppressed: number
}

/** Values, whole files and plain ones, all as they should be. No hook: what a test commits must get in. */
export const gatedRepository = (person: Person, name = 'repo', secret = planted()): string =>
  prepared(person, name, ['gated', secret], (owner, folder) => {
    owner.gitward(folder, 'init')
    owner.gitward(folder, 'protect', '*.yaml', '--keys', '**.password')
    owner.gitward(folder, 'protect', '--whole', 'secrets/**')
    write(folder, 'app.yaml', `host: plain\npassword: ${secret}\n`)
    write(folder, 'secrets/a b.txt', `a secret file ${secret}`)
    write(folder, 'README', 'nothing secret\n')
    rmSync(join(folder, '.git/hooks'), { recursive: true, force: true })
    owner.commit(folder, 'first')
  })

/** Puts bytes into the index behind the filter's back. */
export function plant(
  person: Person,
  folder: string,
  path: string,
  content: string | Buffer,
  mode = '100644',
): void {
  const id = person.run(folder, 'git', ['hash-object', '-w', '--stdin'], { input: content }).stdout.trim()
  person.git(folder, 'update-index', '--add', '--cacheinfo', `${mode},${id},${path}`)
}

/** What `check` or `scan` reports, and how it exits. */
export function reported(person: Person, folder: string, ...args: string[]): Reported {
  const ran = person.tryGitward(folder, ...args, '--json')
  if (ran.stdout === '') throw new Error(`${args.join(' ')} exited ${ran.status}\n${ran.stderr}`)
  return { ...(JSON.parse(ran.stdout) as Omit<Reported, 'status'>), status: ran.status }
}

export const check = (person: Person, folder: string, ...args: string[]): Reported =>
  reported(person, folder, 'check', ...args)

/** `kind path` of each finding. */
export const kinds = ({ findings }: Pick<Reported, 'findings'>): string[] =>
  findings.map(finding => `${finding.kind} ${finding.path}`).sort()

/** Looks like a GitHub token, made at run time. */
export const token = (seed = 'Xk3vQ9mZr7TnB2wLc8YdHs5JfGpA6uE1oKtR'): string => ['ghp', seed].join('_')

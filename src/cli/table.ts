import type { Command } from './command.ts'

/** One command; its code is loaded when it is called. */
export interface CommandRow {
  readonly name: string
  readonly summary: string
  /** Called by git, not by people: help does not list it. */
  readonly plumbing?: true
  load(): Promise<{ readonly command: Command }>
}

export const commands: readonly CommandRow[] = [
  {
    name: 'init',
    summary: 'protect this repository, or add a scope',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'protect',
    summary: 'encrypt the files that match a pattern',
    load: () => import('./commands/protect.ts'),
  },
  { name: 'unprotect', summary: 'stop encrypting a pattern', load: () => import('./commands/unprotect.ts') },
  {
    name: 'status',
    summary: 'say how each protected path stands',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'unlock',
    summary: 'open the keys and decrypt the work tree',
    load: () => import('./commands/unlock.ts'),
  },
  {
    name: 'lock',
    summary: 'put ciphertext back and forget the keys',
    load: () => import('./commands/lock.ts'),
  },
  {
    name: 'cat',
    summary: 'print a file or one value decrypted',
    load: () => import('./commands/cat.ts'),
  },
  { name: 'get', summary: 'print one value', load: () => import('./commands/get.ts') },
  { name: 'set', summary: 'change or add one value', load: () => import('./commands/set.ts') },
  { name: 'unset', summary: 'remove one value', load: () => import('./commands/unset.ts') },
  { name: 'edit', summary: 'open your editor on a decrypted copy', load: () => import('./commands/edit.ts') },
  {
    name: 'run',
    summary: 'run a command with the values in its environment',
    load: () => import('./commands/run.ts'),
  },
  { name: 'env', summary: 'print values for another program', load: () => import('./commands/env.ts') },
  {
    name: 'reseal',
    summary: 'make ciphertext fit the place it was moved to',
    load: () => import('./commands/reseal.ts'),
  },
  { name: 'encrypt', summary: 'seal one file into an envelope', load: () => import('./commands/encrypt.ts') },
  { name: 'decrypt', summary: 'open one envelope', load: () => import('./commands/decrypt.ts') },
  {
    name: 'inspect',
    summary: 'say what a file is, without a key',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'verify',
    summary: 'prove that every byte of an envelope is genuine',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'rewrap',
    summary: 'change who can open a portable file',
    load: () => import('./commands/rewrap.ts'),
  },
  {
    name: 'import',
    summary: 'seal anew what another format holds',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'keygen',
    summary: 'make an identity and print its recipient',
    load: () => import('./commands/keygen.ts'),
  },
  {
    name: 'member',
    summary: 'add or list the members of a scope',
    load: () => import('./commands/member.ts'),
  },
  { name: 'policy', summary: 'accept a weaker policy', load: () => import('./commands/policy.ts') },
  {
    name: 'check',
    summary: 'prove encryption and look for secrets, without a key',
    load: () => import('./commands/check.ts'),
  },
  { name: 'scan', summary: 'look for secrets in files', load: () => import('./commands/scan.ts') },
  {
    name: 'fix',
    summary: 'encrypt a found secret where it stands',
    load: () => import('./commands/fix.ts'),
  },
  {
    name: 'baseline',
    summary: 'accept found secrets, with a reason',
    load: () => import('./commands/baseline.ts'),
  },
  { name: 'doctor', summary: 'check that gitward works here', load: () => import('./commands/doctor.ts') },
  {
    name: 'completion',
    summary: 'print a completion script for your shell',
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'manual',
    summary: 'print the manual page',
    plumbing: true,
    load: () => import('./commands/manual.ts'),
  },
  {
    name: 'hook',
    summary: 'judge what git is about to do',
    plumbing: true,
    load: () => import('./commands/hook.ts'),
  },
  {
    name: 'filter-process',
    summary: 'serve git as a long-running filter',
    plumbing: true,
    load: () => import('./commands/filter.ts'),
  },
  {
    name: 'clean',
    summary: 'standard input to index bytes',
    plumbing: true,
    load: () => import('./commands/filter-clean.ts'),
  },
  {
    name: 'smudge',
    summary: 'standard input to work tree bytes',
    plumbing: true,
    load: () => import('./commands/filter-smudge.ts'),
  },
  {
    name: 'merge-driver',
    summary: 'merge three versions, ciphertext in and out',
    plumbing: true,
    load: () => import('./commands/merge-driver.ts'),
  },
]

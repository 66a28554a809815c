import { expect } from 'vitest'
import { leaks, prepared, type Person, type Ran } from './world.ts'

/** Part of every protected value of these tests, and of nothing else. */
const SECRET = 'hunter'

const TOKEN = /gitward:v1:[\w-]{11}:[\w-]{32}:[\w-]+:[\w-]{22}/g

/** Every token of a text, in order. */
export const tokensIn = (text: string | Buffer): string[] => text.toString().match(TOKEN) ?? []

/** The text with `…` for each token. */
export const withoutTokens = (text: string | Buffer): string => text.toString().replaceAll(TOKEN, '…')

/** A repository with these rules, each the arguments of one `protect`; only the policy is committed. */
export const valueRepository = (person: Person, ...rules: readonly (readonly string[])[]): string =>
  prepared(person, 'repo', ['values', JSON.stringify(rules)], (owner, folder) => {
    owner.gitward(folder, 'init')
    for (const rule of rules) owner.gitward(folder, 'protect', ...rule)
    owner.commit(folder, 'policy')
  })

/** No object of the database, dangling ones included, holds a protected value in plain. */
export function expectSealed(person: Person, folder: string, needles: readonly string[] = [SECRET]): void {
  expect(leaks(person, folder, needles)).toEqual([])
}

/** What a command said that must fail, which must not hold any secret. */
export function expectRefused({ status, stdout, stderr }: Ran): string {
  expect(status).not.toBe(0)
  expect(stdout + stderr).not.toContain(SECRET)
  return stderr
}

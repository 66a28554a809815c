import { describe, expect, it } from 'vitest'
import { prePushPush, preReceivePush } from '../../../src/flows/gate/ref-updates.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(64)

describe('what git tells a hook of a push', () => {
  it('pre-receive: old, new, ref', () => {
    expect(preReceivePush(`${a} ${b} refs/heads/main\n${b} ${a} refs/tags/v1\n`)).toEqual({
      receiver: 'here',
      updates: [
        { ref: 'refs/heads/main', old: a, new: b },
        { ref: 'refs/tags/v1', old: b, new: a },
      ],
    })
  })

  it('pre-push: what was typed for the local side may hold blanks', () => {
    const line = `HEAD^{/fix it} ${a} refs/heads/main ${b}\n`
    expect(prePushPush(line, 'origin')).toEqual({
      receiver: { remote: 'origin' },
      updates: [{ ref: 'refs/heads/main', old: b, new: a }],
    })
  })

  it('nothing on standard input is a push of nothing', () => {
    expect(preReceivePush('').updates).toEqual([])
  })

  it.each([`${a} refs/heads/main`, `${a} ${b}`, 'x y z', `${a} ${a.slice(1)} refs/heads/main`])(
    'refuses %j',
    line => {
      expect(() => preReceivePush(line)).toThrow('standard input is not what git gives a pre-receive hook')
      expect(() => prePushPush(line, 'origin')).toThrow(
        'standard input is not what git gives a pre-push hook',
      )
    },
  )
})

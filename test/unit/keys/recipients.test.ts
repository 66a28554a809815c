import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertMemberName,
  assertOneClass,
  classOf,
  formatRecipients,
  isMemberName,
  parseRecipients,
} from '../../../src/keys/recipients.ts'
import { alice, bob, classicRecipient, hybridRecipient } from './support/keys.ts'

describe('a recipients file', () => {
  it('is age’s format: each key below its member’s name', () => {
    expect(formatRecipients([alice, bob])).toBe(`# alice\n${alice.recipient}\n# bob\n${bob.recipient}\n`)
    expect(formatRecipients([])).toBe('')
  })

  it('reads back what it writes, whatever the names', () => {
    const name = fc.string({ minLength: 1, maxLength: 100 }).filter(isMemberName)
    const letters = fc.stringMatching(/^[a-z0-9]{20,60}$/)
    const recipient = fc.record({ name, recipient: letters.map(each => `age1pq1${each}`) })
    fc.assert(
      fc.property(fc.array(recipient, { maxLength: 5 }), recipients => {
        expect(parseRecipients(formatRecipients(recipients), 'default')).toEqual(recipients)
      }),
    )
  })

  it('takes blank lines, CRLF, indentation and two keys below one name', () => {
    const text = `\n#  alice \r\n\r\n  ${hybridRecipient('a')}\r\n${hybridRecipient('q')}`
    expect(parseRecipients(text, 'default')).toEqual([
      { name: 'alice', recipient: hybridRecipient('a') },
      { name: 'alice', recipient: hybridRecipient('q') },
    ])
  })

  it('the last comment above a key is its name', () => {
    const text = `# the team of 2026\n# alice\n${alice.recipient}\n`
    expect(parseRecipients(text, 'default')).toEqual([alice])
  })

  it.each([
    ['a word', `# alice\n${alice.recipient}\nhello\n`, 3, 'is neither an age recipient nor a comment'],
    ['two keys on one line', `# a\n${alice.recipient} ${bob.recipient}\n`, 2, 'is neither'],
    ['an upper-case key', `# a\n${alice.recipient.toUpperCase()}\n`, 2, 'is neither'],
    ['an SSH key', `# a\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA a@b\n`, 2, 'is neither'],
    ['a key without a name', `\n\n${alice.recipient}\n`, 3, 'has no name'],
    ['a key below an empty comment', `# alice\n#\n${alice.recipient}\n`, 3, 'has no name'],
    ['a name that writes to a terminal', `# al\u001b[2Jice\n${alice.recipient}\n`, 1, 'is no member name'],
    ['a name with a tab', `# al\tice\n${alice.recipient}\n`, 1, 'is no member name'],
    ['a name of 101 characters', `# ${'a'.repeat(101)}\n${alice.recipient}\n`, 1, 'is no member name'],
  ])('refuses %s with its line', (_, text, line, why) => {
    expect(() => parseRecipients(text, 'prod')).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        exitCode: 2,
        message: expect.stringMatching(
          new RegExp(`^\\.gitward/recipients/prod\\.txt:${line}: this line ${why}`),
        ),
        hint: 'git log -p -- .gitward/recipients/prod.txt',
      }),
    )
  })

  it('never repeats an identity that was pasted into it', () => {
    const identity = ['AGE', 'SECRET', 'KEY', `1${'Q'.repeat(58)}`].join('-')
    expect(() => parseRecipients(`# alice\n${identity}\n`, 'default')).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.not.stringContaining('QQQ') }),
    )
  })

  it('never mixes the two classes', () => {
    const mix = [alice, { name: 'carol', recipient: classicRecipient('c') }]
    expect(() => parseRecipients(formatRecipients(mix), 'prod')).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message:
          'scope prod would mix post-quantum and classic recipients: alice has an age1pq1… key, carol an age1… key',
        hint: 'ask for a key of the other class: gitward keygen',
      }),
    )
    expect(() => assertOneClass(mix.reverse(), 'prod')).toThrow(
      expect.objectContaining({ hint: 'ask for a key of the other class: gitward keygen --classic' }),
    )
  })
})

describe('classOf', () => {
  it.each([
    ['age1pq1qqq', 'hybrid'],
    ['age1tagpq1qqq', 'hybrid'],
    ['age1tag1qqq', 'classic'],
    ['age1qqq', 'classic'],
    ['age1yubikey1qqq', 'classic'],
  ])('%s is %s', (recipient, kind) => {
    expect(classOf(recipient)).toBe(kind)
  })
})

describe('assertMemberName', () => {
  it.each(['alice', 'Ada Lovelace', 'ci: deploy #2', '李雷', 'a'.repeat(100)])('takes %s', name => {
    expect(isMemberName(name)).toBe(true)
  })

  it.each(['', ' alice', 'alice ', 'a\nb', 'a\tb', 'a\u001b[0m', 'a\u009b0m', 'a\u202eb', 'a'.repeat(101)])(
    'refuses %j',
    name => {
      expect(() => assertMemberName(name)).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          message: 'a member name is 1 to 100 characters without spaces at the ends or control characters',
          hint: 'gitward member add alice age1…',
        }),
      )
    },
  )
})

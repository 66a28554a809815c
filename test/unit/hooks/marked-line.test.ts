import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isShellScript, withMarkedLine, withoutMarkedLine } from '../../../src/flows/hooks/marked-line.ts'

const LINE = 'echo ours || sh .gitward/hook # gitward'

describe('a marked line', () => {
  it.each([
    ['an empty file', '', `${LINE}\n`],
    ['a script without #!', 'echo mine\n', `${LINE}\necho mine\n`],
    ['a script', '#!/bin/sh\necho mine\n', `#!/bin/sh\n${LINE}\necho mine\n`],
    ['a lone #! line', '#!/bin/sh', `#!/bin/sh\n${LINE}\n`],
    ['one without a last line feed', '#!/bin/bash\nexit 0', `#!/bin/bash\n${LINE}\nexit 0`],
    [
      'an older line of ours',
      '#!/bin/sh\nsh gitward/hook old # gitward\nexit 0\n',
      `#!/bin/sh\n${LINE}\nexit 0\n`,
    ],
    ['our line where its owner moved it', `#!/bin/sh\ncd sub\n${LINE}\n`, `#!/bin/sh\ncd sub\n${LINE}\n`],
    [
      'a line that only speaks of gitward',
      '#!/bin/sh\n# gitward runs first\n',
      `#!/bin/sh\n${LINE}\n# gitward runs first\n`,
    ],
    [
      'a line of its owner that ends in the mark',
      '#!/bin/sh\ngitward check --all # gitward\n',
      `#!/bin/sh\n${LINE}\ngitward check --all # gitward\n`,
    ],
  ])('goes into %s', (_, before, after) => {
    expect(withMarkedLine(before, LINE)).toBe(after)
  })

  const scripts = fc
    .tuple(
      fc.constantFrom('', '#!/bin/sh\n', '#!/usr/bin/env bash\n'),
      fc.array(fc.string(), { maxLength: 5 }),
    )
    .map(([shebang, lines]) => shebang + lines.join('\n'))
    .filter(
      text =>
        !text.includes('# gitward') && (text === '' || text.startsWith('#!') === /^#!\/.*\n/.test(text)),
    )

  it('goes in once, and comes out again', () => {
    fc.assert(
      fc.property(scripts, script => {
        const once = withMarkedLine(script, LINE)
        expect(withMarkedLine(once, LINE)).toBe(once)
        expect(withoutMarkedLine(once)).toBe(script)
      }),
    )
  })

  it.each(['exit 0', 'exec true', 'set -e\nfalse', 'return 0', 'kill $$', 'if true; then exit 3; fi'])(
    'runs before %s',
    body => {
      const script = withMarkedLine(`#!/bin/sh\n${body}\n`, LINE)
      expect(spawnSync('sh', { input: script }).stdout.toString()).toBe('ours\n')
    },
  )
})

describe('a shell script', () => {
  it.each([
    ['#!/bin/sh\n', true],
    ['#! /bin/sh -e\n', true],
    ['#!/usr/bin/env sh\n', true],
    ['#!/usr/bin/env -S bash -eu\n', true],
    ['#!/usr/local/bin/zsh', true],
    ['echo no shebang\n', true],
    ['', true],
    ['#!/usr/bin/env python3\n', false],
    ['#!/usr/bin/env node\n', false],
    ['#!/usr/bin/fish\n', false],
    ['#!/usr/bin/perl -w\n# sh\n', false],
    ['#!/opt/sh/bin/ruby\n', false],
    ['\u007fELF\u0002\0\0', false],
  ])('%j: %s', (text, is) => {
    expect(isShellScript(text)).toBe(is)
  })
})

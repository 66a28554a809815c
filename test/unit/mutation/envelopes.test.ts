import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { sealFile } from '../../../src/envelope/file.ts'
import { sealJson } from '../../../src/envelope/json.ts'
import { recognise } from '../../../src/envelope/recognise.ts'
import { openFile, openJson } from '../../../src/flows/library/envelopes.ts'
import { keyFor } from '../../../src/flows/library/keys.ts'
import { openValue, sealValue } from '../../../src/flows/library/values.ts'
import { KEY, OTHER_KEY } from '../../tools/keys.ts'
import { accepted, textOf, type Read } from './support.ts'

const keys = [
  { scope: 'default', key: KEY },
  { scope: 'prod', key: OTHER_KEY },
]

const readToken: Read = bytes => {
  const token = textOf(bytes)
  return openValue(keyFor(keys, 'default', token), '/db/password', token)
}
const readFile: Read = bytes => [...openFile(keyFor(keys, 'default', bytes), bytes)]
const readJson: Read = bytes => [...openJson(keyFor(keys, 'default', bytes), bytes)]

describe('no mutant of one byte opens', () => {
  it.each([
    ['a token', utf8(sealValue(KEY, '/db/password', 'correct-horse')), readToken],
    ['a file envelope', sealFile(KEY, utf8('correct-horse')), readFile],
    ['a JSON envelope', sealJson(KEY, utf8('correct-horse')), readJson],
  ])('of %s', (_, original, read) => {
    expect(accepted(original, read)).toEqual([])
  })

  it('nor is one taken for a portable file', () => {
    const kinds = accepted(sealFile(KEY, utf8('x')), bytes => recognise(bytes).kind)
    expect(kinds.filter(({ bytes }) => recognise(bytes).kind === 'portable')).toEqual([])
  })
})

import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { managedBlock, placeBlock, removeBlock } from '../../../src/policy/attributes.ts'
import { attributeOracle } from './support/git-attributes.ts'
import { policyOf } from './support/policies.ts'

const ATTRIBUTES = ['filter', 'diff', 'merge', 'text', 'working-tree-encoding', 'ident']
const SEALED = {
  filter: 'gitward',
  diff: 'gitward',
  merge: 'gitward',
  text: 'unset',
  'working-tree-encoding': 'unset',
  ident: 'unset',
}
const UNPROTECTED = { filter: 'unspecified', diff: 'unspecified', merge: 'unspecified' }

const oracle = attributeOracle()
afterAll(() => oracle.close())

const attributesOf = (gitattributes: string, path: string) =>
  Object.fromEntries(oracle.ask(gitattributes, ATTRIBUTES, [path])[0]!)

describe('managedBlock', () => {
  it('is these lines', () => {
    const policy = policyOf({ paths: ['config/*.yaml', 'my env'] }, { paths: ['*.bin'], whole: 'lfs' })
    expect(managedBlock(policy)).toBe(`# gitward: managed block, keep it last
config/*.yaml filter=gitward diff=gitward merge=gitward -text -working-tree-encoding -ident
"my env" filter=gitward diff=gitward merge=gitward -text -working-tree-encoding -ident
*.bin filter=gitward diff=gitward merge=gitward -text -working-tree-encoding -ident
.gitward/** !filter !diff !merge -text -working-tree-encoding -ident
.gitward/keys/** -merge
.gitattributes !filter !diff !merge
# gitward: end
`)
  })

  it('repeats no pattern, and has it where its last rule stands', () => {
    const policy = policyOf(
      { paths: ['a'], whole: true },
      { paths: ['b'], whole: true },
      { paths: ['a'], whole: 'lfs' },
    )
    const lines = managedBlock(policy).split('\n').slice(1, 3)
    expect(lines.map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'b filter=gitward',
      'a filter=gitward',
    ])
  })

  it('makes git run the filter, whatever stands before it', () => {
    const text = placeBlock(
      '* text=auto eol=crlf ident working-tree-encoding=UTF-16\n',
      policyOf({ paths: ['.env*'] }),
    )
    expect(attributesOf(text, 'a/.env.prod')).toEqual(SEALED)
  })

  it.each(['*', '**', '/**', '.git*', '.gitward/**', '**/.gitattributes'])(
    'leaves .gitward/** and every .gitattributes alone although %s is protected',
    pattern => {
      const block = managedBlock(policyOf({ paths: [pattern] }))
      const exempt = [
        '.gitward/config.yaml',
        '.gitward/recipients/a.txt',
        '.gitattributes',
        'a/b/.gitattributes',
      ]
      for (const path of exempt) expect(attributesOf(block, path)).toMatchObject(UNPROTECTED)
      expect(attributesOf(block, '.gitward/keys/a/1-00.age')).toMatchObject({
        ...UNPROTECTED,
        merge: 'unset',
        text: 'unset',
      })
    },
  )

  it.each(['a b.env', '#a', '"a', 'é.yaml', '\\!a', 'a\\*b', '[a]b'])(
    'git reads the pattern %s back',
    pattern => {
      const path = pattern.replaceAll(/\\|\[|\]/g, '')
      expect(attributesOf(managedBlock(policyOf({ paths: [pattern] })), path)).toEqual(SEALED)
    },
  )
})

describe('placeBlock', () => {
  const policy = policyOf({ paths: ['*.env'] })
  const block = managedBlock(policy)

  it('stands alone in an empty file, else last', () => {
    expect(placeBlock('', policy)).toBe(block)
    expect(placeBlock('*.png binary\n', policy)).toBe(`*.png binary\n${block}`)
  })

  it('ends a last line that has no end', () => {
    expect(placeBlock('*.png binary', policy)).toBe(`*.png binary\n${block}`)
  })

  it('speaks CRLF where the file does', () => {
    const crlf = block.replaceAll('\n', '\r\n')
    expect(placeBlock('*.png binary\r\n', policy)).toBe(`*.png binary\r\n${crlf}`)
    expect(placeBlock('a\r\nb', policy)).toBe(`a\r\nb\r\n${crlf}`)
    expect(placeBlock(crlf, policy)).toBe(crlf)
    expect(attributesOf(placeBlock('a b\r\n', policy), 'x.env')).toEqual(SEALED)
  })

  it('moves the block behind lines that were added after it', () => {
    expect(placeBlock(`a\n${block}b\n\n# c\n`, policy)).toBe(`a\nb\n\n# c\n${block}`)
  })

  it('replaces the block of another policy, and both of two', () => {
    const other = managedBlock(policyOf({ paths: ['*.yaml'] }))
    expect(placeBlock(`a\n${other}`, policy)).toBe(`a\n${block}`)
    expect(placeBlock(`${other}a\n${block}`, policy)).toBe(`a\n${block}`)
  })

  it('placed twice is placed once, and removed leaves every other byte', () => {
    const line = fc.constantFrom('*.png binary', '# gitward', '', ' ', '\t# x', '"a b" -text', '\xff\xfe')
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')).map(pair => pair.join('')))
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const own = [...before, ...after].join('')
        const placed = placeBlock(own, policy)
        expect(placeBlock(placed, policy)).toBe(placed)
        expect(removeBlock(placed)).toBe(own)
        expect(removeBlock(before.join('') + block + after.join(''))).toBe(own)
      }),
    )
  })

  it.each([
    ['# gitward: managed block, keep it last\na\n'],
    ['a\n# gitward: end\n'],
    [`# gitward: managed block, keep it last\n${block}`],
  ])('refuses a marker without its partner', text => {
    expect(() => placeBlock(text, policy)).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message:
          '.gitattributes: "# gitward: managed block, keep it last" and "# gitward: end" do not stand in pairs',
        hint: 'delete both lines and what stands between them, then gitward doctor --fix',
      }),
    )
  })
})

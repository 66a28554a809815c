import * as fc from 'fast-check'
import type { IsSealed } from '../../../src/formats/format.ts'

/** A piece of a document, and the source text of each value in it, in order. */
export interface Fragment {
  readonly text: string
  readonly sources: readonly string[]
}

const plainText = (text: string): Fragment => ({ text, sources: [] })
const value = (text: string): Fragment => ({ text, sources: [text] })
const join = (...parts: readonly (Fragment | string)[]): Fragment => {
  const fragments = parts.map(part => (typeof part === 'string' ? plainText(part) : part))
  return {
    text: fragments.map(each => each.text).join(''),
    sources: fragments.flatMap(each => each.sources),
  }
}
const replaceIn = ({ text, sources }: Fragment, from: string, to: string): Fragment => ({
  text: text.replaceAll(from, to),
  sources: sources.map(source => source.replaceAll(from, to)),
})

/** Any set of pointers may be sealed: the law must not lean on the policy's globs. */
export const isSealed: fc.Arbitrary<IsSealed> = fc.oneof(
  fc.constant<IsSealed>(() => true),
  fc.nat(2 ** 32 - 1).map(
    (seed): IsSealed =>
      pointer =>
        (hash(seed, pointer) >>> 8) % 2 === 0,
  ),
)

const hash = (seed: number, text: string): number =>
  text.split('').reduce((sum, unit) => Math.imul(sum ^ unit.charCodeAt(0), 0x01000193), seed)

const line = fc.string({
  unit: fc.constantFrom(...Array.from('aB0 :#\'"`{}[],&*!|>%@~-/\\?=$é𝄞')),
  maxLength: 12,
})
const word = fc.constantFrom(
  'one',
  'two',
  '1',
  '-2.5',
  'true',
  'null',
  '~',
  'a:b',
  'x#y',
  "it's",
  'http://h/p?q#f',
)
const key = fc.constantFrom('name', 'id', 'key', 'a', 'b/c', 'd~e', '-f', '<<', '1', 'pass word')
const comment = fc.constantFrom('', '', ' # note', '\t#"{[')

// JSON

const jsonBlank = fc.constantFrom('', '', ' ', '\n', '\t', '\r\n', '// c"\n', '/* ]} */')
const jsonScalar = fc
  .oneof(
    fc.string({ unit: 'binary' }).map(text => JSON.stringify(text)),
    fc.constantFrom('0', '-1.5e+3', 'true', 'false', 'null', '""', '"\\u0041\\/"'),
  )
  .map(value)

const jsonItems = (item: fc.Arbitrary<Fragment>, [open, close]: readonly [string, string]) =>
  fc
    .tuple(fc.array(fc.tuple(jsonBlank, item, jsonBlank), { maxLength: 5 }), fc.boolean())
    .map(([items, trailing]) => {
      const parts = items.flatMap(([before, each, after], i) => [i === 0 ? '' : ',', before, each, after])
      return join(open, ...parts, trailing && items.length > 0 ? ',' : '', close)
    })

const { jsonValue } = fc.letrec<{ jsonValue: Fragment }>(tie => {
  const entry = fc
    .tuple(key, jsonBlank, jsonBlank, tie('jsonValue'))
    .map(([name, before, after, each]) => join(JSON.stringify(name), before, ':', after, each))
  return {
    jsonValue: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      jsonScalar,
      jsonItems(entry, ['{', '}']),
      jsonItems(tie('jsonValue'), ['[', ']']),
    ),
  }
})

export const jsonDocument: fc.Arbitrary<Fragment> = fc
  .tuple(fc.constantFrom('', '\uFEFF'), jsonBlank, jsonValue, jsonBlank)
  .map(([mark, before, root, after]) => join(mark, before, root, after))

// dotenv

const dotenvValue = fc.oneof(
  fc.constant(plainText('')),
  fc.constantFrom('x', 'a b', 'a#b', '#x', 'k=v', 'p@$$"w\'', 'C:\\dir\\').map(value),
  fc.tuple(fc.constantFrom("'", '`'), line, line).map(([quote, a, b]) => {
    const text = `${a}\n${b}`.replaceAll(quote, '')
    return value(quote + text + quote)
  }),
  fc.string({ unit: 'grapheme' }).map(text => value(JSON.stringify(text))),
  line.map(text => value(JSON.stringify(text).replaceAll('\\\\', '\\\\\n'))),
)

const dotenvLine = fc.oneof(
  fc.constantFrom('', '  ', '# c=d', '\t#').map(plainText),
  fc
    .tuple(
      fc.constantFrom('', ' ', 'export ', '\texport  '),
      fc.constantFrom('A', 'B_2', 'export', 'a.b-c', 'A'),
      fc.constantFrom('=', ' = ', '=\t'),
      dotenvValue,
      comment,
    )
    .map(([prefix, name, equals, each, note]) => {
      // a blank in front of `#` is a comment, unless it is part of the value
      const sign = each.text.startsWith('#') ? '=' : equals
      return join(prefix, name, sign, each, note)
    }),
)

export const dotenvDocument: fc.Arbitrary<Fragment> = fc
  .tuple(fc.array(dotenvLine), fc.constantFrom('', '\n'), fc.boolean(), fc.boolean())
  .map(([lines, last, crlf, mark]) => {
    const document = join(
      mark ? '\uFEFF' : '',
      ...lines.flatMap((each, i) => [i === 0 ? '' : '\n', each]),
      last,
    )
    return crlf ? replaceIn(document, '\n', '\r\n') : document
  })

// YAML: a block is what follows `:` or `-`, up to and with its line break, given the indent of what is inside

type Block = (indent: number) => Fragment

const spaces = (count: number): string => ' '.repeat(count)
const single = (text: string): string => `'${text.replaceAll("'", "''")}'`
const yamlFlowScalar = fc
  .oneof(
    word,
    line.map(single),
    line.map(text => JSON.stringify(text)),
    fc.constant('""'),
  )
  .map(value)
const yamlKey = fc
  .tuple(key, fc.constantFrom('plain', 'single', 'double'))
  .map(([text, style]) =>
    style === 'single' || text === '-f' ? single(text) : style === 'double' ? JSON.stringify(text) : text,
  )
const properties = fc.constantFrom('', '', '&a ', '!tag ', '!!str &b ')

const { yamlFlow } = fc.letrec<{ yamlFlow: Fragment }>(tie => ({
  yamlFlow: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    yamlFlowScalar,
    fc
      .array(fc.tuple(yamlKey, fc.constantFrom(': ', ':  '), tie('yamlFlow')), { maxLength: 3 })
      .map(entries => join('{', ...entries.flatMap(([k, colon, v]) => [k, colon, v, ', ']), '}')),
    fc
      .array(tie('yamlFlow'), { maxLength: 3 })
      .map(items => join('[ ', ...items.flatMap((each, i) => [i === 0 ? '' : ',', each]), ']')),
    fc
      .array(yamlFlowScalar, { maxLength: 3 })
      .map(items => join('{', ...items.flatMap((each, i) => [i === 0 ? '' : ',', `"k${i}":`, each]), '}')),
  ),
}))

const onOneLine: fc.Arbitrary<Block> = fc.tuple(properties, yamlFlow, comment).map(
  ([props, each, note]) =>
    () =>
      join(' ', props, each, note, '\n'),
)

const onTheNextLine: fc.Arbitrary<Block> = fc.tuple(yamlFlowScalar, comment).map(
  ([each, note]) =>
    indent =>
      join(note, '\n', spaces(indent), each, '\n'),
)

const multiLine: fc.Arbitrary<Block> = fc
  .tuple(fc.constantFrom('', '"', "'"), comment)
  .map(([quote, note]) => indent => {
    const text = `${quote}first\n${spaces(indent)}second\n\n${spaces(indent)}third${quote}`
    return join(' ', value(text), note, '\n')
  })

const blockScalar: fc.Arbitrary<Block> = fc
  .tuple(
    properties,
    fc.constantFrom('|', '>'),
    fc.constantFrom('', '-', '+'),
    fc.constantFrom('', ' ', ' # note'),
    fc.array(
      line.map(text => `x${text}`),
      { minLength: 1 },
    ),
    fc.nat(2),
  )
  .map(([props, style, chomp, note, lines, blankLines]) => indent => {
    const body = lines.map(text => `\n${spaces(indent)}${text}`).join('')
    const blanks = '\n'.repeat(blankLines)
    const kept = chomp === '+' ? blanks : ''
    return join(' ', props, value(`${style}${chomp}${note}${body}${kept}`), blanks.slice(kept.length), '\n')
  })

const withoutText: fc.Arbitrary<Block> = fc
  .constantFrom('', ' &a', ' *a', ' !!null', ' # nothing')
  .map(text => () => plainText(`${text}\n`))

const { yamlBlock, yamlMap, yamlList } = fc.letrec<{ yamlBlock: Block; yamlMap: Block; yamlList: Block }>(
  tie => {
    const note = fc.constantFrom('', '', '# "note\n')
    const entry = fc.tuple(note, yamlKey, fc.boolean(), tie('yamlBlock'))
    return {
      yamlBlock: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        onOneLine,
        onTheNextLine,
        multiLine,
        blockScalar,
        withoutText,
        tie('yamlMap'),
        tie('yamlList'),
      ),
      yamlMap: fc.array(entry, { minLength: 1, maxLength: 4 }).map((entries): Block => indent => {
        const parts = entries.flatMap(([above, name, explicit, child]) => [
          above === '' ? '' : spaces(indent) + above,
          explicit ? `${spaces(indent)}? ${name}\n${spaces(indent)}:` : `${spaces(indent)}${name}:`,
          child(indent + 2),
        ])
        return join('\n', ...parts)
      }),
      yamlList: fc
        .array(fc.tuple(tie('yamlBlock'), fc.boolean()), { minLength: 1, maxLength: 4 })
        .map((items): Block => indent => {
          const lead = `\n${spaces(indent + 2)}`
          const parts = items.flatMap(([child, compact]) => {
            const each = child(indent + 2)
            const isCompact = compact && each.text.startsWith(lead) && !each.text.startsWith(`${lead}#`)
            return [
              spaces(indent),
              isCompact ? '- ' : '-',
              isCompact ? { ...each, text: each.text.slice(lead.length) } : each,
            ]
          })
          return join('\n', ...parts)
        }),
    }
  },
)

const yamlRoot = fc
  .tuple(fc.oneof(yamlMap, yamlList, yamlBlock), fc.constantFrom('', '...\n', '# end\n'))
  .map(([root, end]) => join('---', root(2), end))

export const yamlDocument: fc.Arbitrary<Fragment> = fc
  .tuple(fc.array(yamlRoot, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([roots, crlf, mark, finalBreak]) => {
    const last = finalBreak ? '' : '--- last'
    const document = join(mark ? '\uFEFF' : '', ...roots, last === '' ? '' : join('--- ', value('last')))
    return crlf ? replaceIn(document, '\n', '\r\n') : document
  })

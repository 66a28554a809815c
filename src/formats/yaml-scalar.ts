/** What the place of a value allows. */
export interface ScalarPlace {
  /** Source text of the value that stood there; null for a new one. */
  readonly like: string | null
  /** Inside brackets. */
  readonly isFlow: boolean
  /** Columns in front of the lines of a block scalar. */
  readonly indent: number
  readonly lineBreak: string
}

/** Letters first, no blank at either end, nothing that any version of YAML gives a meaning to. */
const PLAIN = /^(?!gitward:v)[A-Za-z/][\w./@%+=~-]*(?::[\w./@%+=~-]+)*(?: [\w./@%+=~-]+(?::[\w./@%+=~-]+)*)*$/
const PLAIN_IN_FLOW = /^[A-Za-z/][\w./@%+=~-]*$/
/** Words that some version of YAML reads as a boolean or null. */
const TYPED_WORD = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i
const TYPES = [/^(?:true|false)$/i, /^[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/]
/** Line breaks of old versions, and what YAML forbids to stand unescaped. */
const UNPRINTABLE =
  /[^\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u
const UNPRINTABLE_UNITS = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g

/**
 * Ways to write `value` as a YAML scalar, the best first: in the style of what stood there if that can hold it,
 * quoted where any reader could take it for something other than text. The last always can.
 */
export function* yamlScalars(value: string, place: ScalarPlace): Iterable<string> {
  const { like, isFlow } = place
  const style = like === null || like === '' ? 'plain' : (STYLES[like[0]!] ?? 'plain')
  const isBlock = value.includes('\n') && style !== 'double' && !isFlow
  if (style === 'plain' && isPlain(value, place)) yield value
  if (isBlock) yield* blockScalar(value, place)
  if (style !== 'double' && !value.includes('\n') && !UNPRINTABLE.test(value))
    yield `'${value.replaceAll("'", "''")}'`
  yield doubleQuoted(value)
}

const STYLES: Readonly<Record<string, 'single' | 'double' | 'block'>> = {
  "'": 'single',
  '"': 'double',
  '|': 'block',
  '>': 'block',
}

/** A key, quoted where that is needed. */
export const yamlKey = (key: string): string =>
  PLAIN_IN_FLOW.test(key) && !TYPED_WORD.test(key)
    ? key
    : UNPRINTABLE.test(key) || key.includes('\n')
      ? doubleQuoted(key)
      : `'${key.replaceAll("'", "''")}'`

/** A number stays a number, and a boolean a boolean; text looks like neither. */
function isPlain(value: string, { like, isFlow }: ScalarPlace): boolean {
  if (like !== null && TYPES.some(type => type.test(like) && type.test(value))) return true
  return (isFlow ? PLAIN_IN_FLOW : PLAIN).test(value) && !TYPED_WORD.test(value)
}

/** `|` with every line as it is; nothing for text that needs more than indentation. */
function* blockScalar(value: string, { indent, lineBreak }: ScalarPlace): Iterable<string> {
  const [, text = '', end = ''] = /^([^]*?)(\n*)$/.exec(value)!
  if (UNPRINTABLE.test(value) || /^[ \t\n]/.test(value) || text === '') return
  const chomping = end === '' ? '-' : end === '\n' ? '' : '+'
  const lines = (chomping === '+' ? value.slice(0, -1) : text).split('\n')
  yield [`|${chomping}`, ...lines.map(line => (line === '' ? '' : ' '.repeat(indent) + line))].join(lineBreak)
}

const doubleQuoted = (value: string): string =>
  JSON.stringify(value).replaceAll(
    UNPRINTABLE_UNITS,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

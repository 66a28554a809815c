/** Words that people put where a secret will stand. */
const WORDS =
  /example|change[-_]?(?:me|this|it)|place[-_]?holder|dummy|sample|redacted|your[-_]|[-_]here\b|insert[-_]|replace[-_]?(?:me|with)|not[-_]?a?[-_]?(?:real|secret)|\bfake|fake[-_]|foobar|lorem|abcdefgh|12345678|deadbeef/i

/** Where the value comes from at run time: `${VAR}`, `$VAR`, `{{ … }}`, `<token>`, `%(name)s`, `%VAR%`, `#{…}`, `@Var@`. */
const REFERENCE =
  /\$\{[A-Za-z_]|\{\{[ \w.-]|#\{[a-z_]{2}|\$\([A-Za-z]|%\([a-z]|^\$[A-Za-z_]\w*$|^<[^>]*>?$|^%\w+%$|^@\w+@$|^\[.*\]$/

/** One character many times, or almost nothing else: `xxxxxxxx`, `****`, `000…`. */
const REPEATED = /(.)\1{7}|^(.)\2{3,7}$|^[xX*.#_-]{3,64}$|[xX]{5}|\*{4}|\.{3}/

/** True if `value` stands for a secret and is none. Reads the first 400 characters. */
export function isPlaceholder(value: string): boolean {
  const head = value.slice(0, 400)
  return WORDS.test(head) || REFERENCE.test(head) || REPEATED.test(head)
}

/** What everybody tries first: no secret is lost when one of these is committed. */
const WEAK =
  /^(?:pass(?:word|wd|phrase|code)?|pw|pwd|secrets?|tokens?|keys?|api[-_]?key|user(?:name)?|root|admin|guest|test(?:ing)?|default|none|null|undefined|true|false|empty|postgres|mysql|mongo|redis|rabbitmq|guest|minio|qwerty|hunter\d?|letmein|string|value|my[-_]?\w{0,12}|the[-_]?\w{0,12}|some[-_]?\w{0,12}|a[-_]?\w{0,8})[-_]?(?:word|pass|key|secret|token)?[-_.!]?\d{0,4}[!?.]?$/i

export const isWeakWord = (value: string): boolean => WEAK.test(value)

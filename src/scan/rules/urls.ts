import type { Bytes } from '../../core/bytes.ts'
import { byteClass } from '../character-class.ts'
import { isWeakWord } from '../placeholder.ts'
import type { Rule } from '../rule.ts'
import { alphabets, filler } from './samples.ts'

const DATABASES = [
  [
    'postgres',
    'postgresql',
    'mysql',
    'mariadb',
    'mongodb',
    'mongodb+srv',
    'mssql',
    'sqlserver',
    'cockroachdb',
  ],
  ['clickhouse', 'redis', 'rediss', 'amqp', 'amqps', 'nats', 'ldap', 'ldaps'],
].flat()
const OTHERS = ['http', 'https', 'ftp', 'ssh', 'smtp', 'smtps']

const keywordsOf = (schemes: readonly string[]) => schemes.map(scheme => `${scheme}://`)
const patternOf = (schemes: readonly string[]) =>
  new RegExp(`(?:${schemes.join('|').replace('+', '\\+')})://${USER}:${PASSWORD}${HOST}`)

const USER = '[^\\s"\'`:/@<>{}\\\\]{0,64}'
const PASSWORD = '(?<secret>[^\\s"\'`/@<>\\\\]{3,128})'
const HOST = '@(?=[A-Za-z0-9\\[_-])'
const LONGEST_URL = 220
const COLON = 0x3a
const AT = 0x40
const ENDS = byteClass(/[\s"'`<>/]/)

/** Most URLs have no `@` in front of their first slash. */
function hasUserInfo(bytes: Bytes, at: number): boolean {
  const start = bytes.indexOf(COLON, at) + '://'.length
  for (let i = start; i < Math.min(bytes.length, at + LONGEST_URL); i++) {
    if (bytes[i] === AT) return true
    if (ENDS[bytes[i]!] === 1) return false
  }
  return false
}

const CHANGE = { url: '', how: 'change the password of that user' }

/** True unless the password is a reference, a placeholder or one that everybody tries first. */
const isPassword = (password: string): boolean => !isWeakWord(password) && !/^[$%{<*]|[{}]|^:/.test(password)

const misses = (scheme: string) => [
  `${scheme}host.test/db`,
  `${scheme}user:password@localhost/db`,
  `${scheme}user:\${PASSWORD}@host.test/db`,
  `${scheme}<user>:<password>@<host>`,
  `see ${scheme}host.test:5432 and mail me@host.test`,
]

/** URLs that carry a password. The secret is the password alone. */
export const urlRules: readonly Rule[] = [
  {
    id: 'database-url-password',
    provider: 'generic',
    title: 'Password in a database URL',
    kind: 'secret',
    shape: 'token',
    severity: 'high',
    confidence: 'medium',
    keywords: keywordsOf(DATABASES),
    anyCase: true,
    confirm: hasUserInfo,
    pattern: patternOf(DATABASES),
    lead: 0,
    reach: LONGEST_URL,
    lowEntropy: true,
    accepts: isPassword,
    revoke: CHANGE,
    positives: () => [
      `DATABASE_URL=postgres://app:${filler(12)}@db.test:5432/app`,
      `url: "mongodb+srv://app:${filler(12)}@cluster.test/db"`,
      `redis://:${filler(10)}@cache.test:6379`,
    ],
    negatives: () => misses('postgres://'),
  },
  {
    id: 'url-password',
    provider: 'generic',
    title: 'Password in a URL',
    kind: 'secret',
    shape: 'token',
    severity: 'medium',
    confidence: 'medium',
    keywords: keywordsOf(OTHERS),
    anyCase: true,
    confirm: hasUserInfo,
    pattern: patternOf(OTHERS),
    lead: 0,
    reach: LONGEST_URL,
    minEntropy: 2.5,
    lowEntropy: true,
    accepts: password => isPassword(password) && password.length >= 6,
    revoke: CHANGE,
    positives: () => [
      `git clone https://bot:${filler(14)}@git.test/team/app.git`,
      `ftp://app:${filler(10)}@files.test/in`,
      `"smtps://app:${filler(12, alphabets.url)}@mail.test"`,
    ],
    negatives: () => misses('https://'),
  },
]

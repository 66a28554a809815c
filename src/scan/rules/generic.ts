import { ASSIGNMENT_BYTES, assignmentPattern, isAssigned } from '../assignment.ts'
import { isWeakWord } from '../placeholder.ts'
import type { Rule } from '../rule.ts'
import { looksRandom, mixesKinds } from '../value.ts'
import { alphabets, assigned, filler, unassigned } from './samples.ts'

const CHANGE = { url: '', how: 'change the secret where it is used' }
const SECRET_WORDS = [
  'secret',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'access_key',
  'accesskey',
  'access-key',
  'private_key',
  'privatekey',
  'credential',
  'auth_key',
  'authkey',
  'signing_key',
  'encryption_key',
  'client_key',
  'master_key',
]
const PASSWORD_WORDS = ['password', 'passwd', 'passphrase', 'pass_phrase', 'db_pass', 'dbpass']
const alternatives = (words: readonly string[]) => words.map(word => word.replaceAll('_', '[_]')).join('|')

/** A quoted value ends with its quote; a bare one with its line, a comment or a comma. */
const RANDOM =
  '(?<secret>(?<=["\'`])[A-Za-z0-9+/_=.~!@#$%^&*-]{16,128}(?=\\\\{0,2}["\'`])|(?<!["\'`])[A-Za-z0-9+/_=.~-]{16,128}(?=[ \\t]{0,8}(?:$|[\\r\\n,;#<])))'
const PASSWORD =
  '(?<secret>(?<=["\'`])[!-~]{8,64}?(?=["\'`])|(?<!["\'`])[A-Za-z0-9+/_=.~!@#$%^&*-]{8,64}(?=[ \\t]{0,8}(?:$|[\\r\\n<])))'

export const genericRules: readonly Rule[] = [
  {
    id: 'generic-secret',
    provider: 'generic',
    title: 'Random value assigned to a secret name',
    kind: 'secret',
    shape: 'generic',
    severity: 'medium',
    confidence: 'medium',
    keywords: SECRET_WORDS,
    anyCase: true,
    confirm: isAssigned,
    pattern: assignmentPattern(alternatives(SECRET_WORDS), RANDOM),
    lead: 0,
    reach: ASSIGNMENT_BYTES + 140,
    minEntropy: 3.4,
    lowEntropy: true,
    accepts: looksRandom,
    revoke: CHANGE,
    positives: () => [
      ...assigned('client_secret', filler(32)),
      ...assigned('SESSION_TOKEN', filler(40, alphabets.hex)),
      ...assigned('x-api-key', filler(24, alphabets.lower)),
    ],
    negatives: () => [
      ...unassigned('client_secret', filler(32)),
      'token = tokenizer.nextTokenOfKind(kind2)',
      'secret: gitward:v1:AAAAAAAAAAA:AAAAAAAAAAAAAAAA',
      'accessKey: "UserAccessKeyColumnHeader"',
      'api_key = "/etc/keys/api.example.com/key1.pem"',
      'const tokenType = "urn:ietf:params:oauth:token-type:jwt2"',
    ],
  },
  {
    id: 'generic-password',
    provider: 'generic',
    title: 'Password assigned to a name',
    kind: 'secret',
    shape: 'generic',
    severity: 'medium',
    confidence: 'low',
    keywords: PASSWORD_WORDS,
    anyCase: true,
    confirm: isAssigned,
    pattern: assignmentPattern(alternatives(PASSWORD_WORDS), PASSWORD),
    lead: 0,
    reach: ASSIGNMENT_BYTES + 80,
    minEntropy: 2.5,
    lowEntropy: true,
    accepts: value => mixesKinds(value) && !isWeakWord(value),
    revoke: CHANGE,
    positives: () => [
      ...assigned('password', ['Tr0ub4', 'dor&3'].join('')),
      `DB_PASSWORD=${filler(12)}7a\n`,
      `spring.datasource.password=${filler(14)}9b`,
    ],
    negatives: () => [
      ...unassigned('password', filler(12)),
      'password: "Enter your password"',
      'password = getpass.getpass("Password: ")',
      'password: string | undefined',
      'password="changeme1"',
    ],
  },
]

import { base64url } from '../../core/base64.ts'
import { utf8 } from '../../core/bytes.ts'
import { hasJwtHeader } from '../checksums.ts'
import type { Rule } from '../rule.ts'
import { ASSIGNMENT_BYTES, assignmentPattern, isAssigned } from '../assignment.ts'
import { isWeakWord } from '../placeholder.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

const encoded = (value: unknown) => base64url(utf8(JSON.stringify(value)))
const header = encoded({ alg: 'HS256', typ: 'JWT' })
const body = encoded({ sub: filler(8), iat: 1 })
const jwt = `${header}.${body}.${filler(43, alphabets.url)}`

export const webRules: readonly Rule[] = [
  token({
    id: 'jwt',
    provider: 'generic',
    title: 'JSON Web Token',
    severity: 'medium',
    confidence: 'low',
    keywords: ['eyJ'],
    format: 'eyJ[\\w-]{14,400}\\.eyJ[\\w-]{14,3000}\\.[\\w-]{20,700}',
    longest: 4110,
    minEntropy: 4,
    checksum: hasJwtHeader,
    revoke: { url: '', how: 'end the session, or rotate the signing key if the token does not expire' },
    positives: () => inText(jwt),
    negatives: () => [
      ...nearMisses(`${header}.`, `${body}.${filler(43)}`),
      `${header}.${body}`,
      `eyJ.eyJ.${filler(43)}`,
    ],
  }),
  {
    id: 'http-authorization',
    provider: 'generic',
    title: 'Credentials in an Authorization header',
    kind: 'secret',
    shape: 'named',
    severity: 'medium',
    confidence: 'medium',
    keywords: ['authorization'],
    anyCase: true,
    confirm: isAssigned,
    pattern: assignmentPattern(
      'authorization',
      '(?:basic|bearer|token)[ \\t]{1,4}(?<secret>[A-Za-z0-9+/._~-]{20,1000}={0,2})',
    ),
    lead: 0,
    reach: ASSIGNMENT_BYTES + 1020,
    minEntropy: 3.5,
    lowEntropy: true,
    accepts: value => /\d/.test(value) && !isWeakWord(value),
    revoke: { url: '', how: 'change the password or revoke the token that the header carries' },
    positives: () => [
      `Authorization: Bearer ${filler(40)}`,
      `"authorization": "Basic ${filler(38)}=="`,
      `headers['Authorization'] = 'token ${filler(32)}'`,
    ],
    negatives: () => [
      'Authorization: Bearer <token>',
      'Authorization: Bearer ${ACCESS_TOKEN_OF_THE_CI}',
      'authorization: basic authentication is needed here',
      `Authorization: Digest ${filler(40)}`,
    ],
  },
]

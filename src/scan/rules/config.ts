import type { Rule } from '../rule.ts'
import { looksRandom } from '../value.ts'
import { named } from './build.ts'
import { alphabets, assigned, filler, unassigned } from './samples.ts'

const salt = () => `${filler(20)} {|}${filler(20, alphabets.url)}<>${filler(18)}`

/** Secrets of widely used tools that stand in their own config files. */
export const configRules: readonly Rule[] = [
  named({
    id: 'npmrc-auth',
    provider: 'npm',
    title: 'Registry credentials in .npmrc',
    severity: 'high',
    confidence: 'high',
    keywords: ['_authToken', '_password', '_auth '],
    name: '(?<=[:\\s]|^)_(?:authToken|auth|password)',
    value: '[A-Za-z0-9+/=_-]{12,200}',
    longest: 200,
    minEntropy: 2.8,
    lowEntropy: true,
    accepts: looksRandom,
    revoke: { url: 'https://www.npmjs.com/settings/~/tokens', how: 'npm token revoke' },
    positives: () => [
      `//registry.test/:_authToken=${[8, 4, 4, 4, 12].map(length => filler(length, alphabets.hex)).join('-')}`,
      `_auth = ${filler(22)}==`,
      `//registry.test/:_password="${filler(24)}"`,
    ],
    negatives: () => [
      ...unassigned('_authToken', filler(36)),
      '//registry.test/:_authToken=${NPM_TOKEN}',
      'const _password = kdfInputToBytes(password)',
      `user_password_hash_column=${filler(24)}`,
    ],
  }),
  named({
    id: 'laravel-app-key',
    provider: 'Laravel',
    title: 'Laravel application key',
    severity: 'high',
    confidence: 'high',
    keywords: ['app_key', 'appkey'],
    name: 'app_?key',
    value: 'base64:[A-Za-z0-9+/]{43}=',
    longest: 51,
    minEntropy: 4,
    revoke: { url: 'https://laravel.com/docs/encryption', how: 'php artisan key:generate' },
    positives: () => assigned('APP_KEY', `base64:${filler(43, alphabets.base64)}=`),
    negatives: () => [...unassigned('app_key', filler(43)), 'APP_KEY=base64:'],
  }),
  {
    id: 'wordpress-salt',
    provider: 'WordPress',
    title: 'WordPress key or salt',
    kind: 'secret',
    shape: 'named',
    severity: 'high',
    confidence: 'high',
    keywords: ['auth_key', 'auth_salt', 'logged_in_key', 'logged_in_salt', 'nonce_key', 'nonce_salt'],
    anyCase: true,
    pattern: /(?:auth|logged_in|nonce)_(?:key|salt)['"],[ \t]{0,16}['"](?<secret>[ -~]{64})['"]/,
    lead: 0,
    reach: 110,
    minEntropy: 4,
    revoke: { url: 'https://api.wordpress.org/secret-key/1.1/salt/', how: 'replace it with a new one' },
    positives: () =>
      ['AUTH_KEY', 'SECURE_AUTH_SALT', 'NONCE_KEY'].map(name => `define('${name}', '${salt()}');`),
    negatives: () => [
      "define('AUTH_KEY', 'put your unique phrase here');",
      `define('AUTH_KEY', '${'x'.repeat(64)}');`,
      `define('NONCE_LIFE', '${salt()}');`,
    ],
  },
]

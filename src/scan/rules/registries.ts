import { base62, crc32, hasCrc } from '../checksums.ts'
import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

const npmToken = (random: string) => `npm_${random}${base62(crc32(random))}`
/** What every PyPI token starts with: a macaroon header for pypi.org. */
const pypi = ['pypi', 'AgEIcHlwaS5vcmc'].join('-')

export const registryRules: readonly Rule[] = [
  token({
    id: 'npm-token',
    provider: 'npm',
    title: 'npm access token',
    severity: 'critical',
    confidence: 'medium',
    keywords: ['npm_'],
    format: 'npm_[A-Za-z0-9]{36}',
    longest: 40,
    minEntropy: 3.5,
    checksum: hasCrc,
    revoke: { url: 'https://www.npmjs.com/settings/~/tokens', how: 'npm token revoke' },
    positives: () => inText(npmToken(filler(30))),
    negatives: () => [
      ...nearMisses('npm_', filler(36)),
      'npm_config_registry npm_lifecycle_event npm_package_json',
    ],
  }),
  token({
    id: 'pypi-token',
    provider: 'PyPI',
    title: 'PyPI upload token',
    severity: 'critical',
    confidence: 'high',
    keywords: [pypi],
    format: `${pypi}[\\w-]{50,1000}`,
    longest: 1020,
    minEntropy: 3.5,
    revoke: { url: 'https://pypi.org/manage/account/', how: 'remove the token' },
    positives: () => inText(pypi + filler(150, alphabets.url)),
    negatives: () => nearMisses(pypi, filler(120, alphabets.url)),
  }),
  token({
    id: 'docker-token',
    provider: 'Docker',
    title: 'Docker Hub access token',
    severity: 'high',
    confidence: 'high',
    keywords: ['dckr_pat_', 'dckr_oat_'],
    format: 'dckr_[po]at_[\\w-]{27,32}',
    longest: 41,
    minEntropy: 3.5,
    revoke: { url: 'https://app.docker.com/settings/personal-access-tokens', how: 'delete the token' },
    positives: () => inText(`dckr_pat_${filler(27, alphabets.url)}`),
    negatives: () => nearMisses('dckr_pat_', filler(27, alphabets.url)),
  }),
  token({
    id: 'rubygems-token',
    provider: 'RubyGems',
    title: 'RubyGems API key',
    severity: 'critical',
    confidence: 'high',
    keywords: ['rubygems_'],
    format: 'rubygems_[0-9a-f]{48}',
    longest: 57,
    minEntropy: 2.8,
    revoke: { url: 'https://rubygems.org/profile/api_keys', how: 'delete the key' },
    positives: () => inText(`rubygems_${filler(48, alphabets.hex)}`),
    negatives: () => nearMisses('rubygems_', filler(48, alphabets.hex)),
  }),
]

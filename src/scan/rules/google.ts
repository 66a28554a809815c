import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

const CREDENTIALS = {
  url: 'https://console.cloud.google.com/apis/credentials',
  how: 'delete the credential and make a new one',
}

export const googleRules: readonly Rule[] = [
  token({
    id: 'google-api-key',
    provider: 'Google',
    title: 'Google API key',
    severity: 'high',
    confidence: 'high',
    keywords: ['AIza'],
    format: 'AIza[\\w-]{35}',
    longest: 39,
    minEntropy: 4,
    revoke: CREDENTIALS,
    positives: () => inText(`AIza${filler(35, alphabets.url)}`),
    negatives: () => nearMisses('AIza', filler(35, alphabets.url)),
  }),
  token({
    id: 'google-oauth-secret',
    provider: 'Google',
    title: 'Google OAuth client secret',
    severity: 'high',
    confidence: 'high',
    keywords: ['GOCSPX-'],
    format: 'GOCSPX-[\\w-]{28}',
    longest: 35,
    minEntropy: 3.3,
    revoke: CREDENTIALS,
    positives: () => inText(`GOCSPX-${filler(28, alphabets.url)}`),
    negatives: () => nearMisses('GOCSPX-', filler(28, alphabets.url)),
  }),
  token({
    id: 'google-access-token',
    provider: 'Google',
    title: 'Google OAuth access token',
    severity: 'medium',
    confidence: 'high',
    keywords: ['ya29.'],
    format: 'ya29\\.[\\w-]{60,1024}',
    longest: 1030,
    minEntropy: 4,
    revoke: {
      url: 'https://myaccount.google.com/permissions',
      how: 'it lives an hour: withdraw the app that made it',
    },
    positives: () => inText(`ya29.${filler(120, alphabets.url)}`),
    negatives: () => nearMisses('ya29.', filler(120, alphabets.url)),
  }),
]

import type { Rule } from '../rule.ts'
import { named, token } from './build.ts'
import { alphabets, assigned, filler, inText, nearMisses, unassigned } from './samples.ts'

const sendgridBody = `${filler(22, alphabets.url)}.${filler(43, alphabets.url)}`

export const mailRules: readonly Rule[] = [
  token({
    id: 'sendgrid-key',
    provider: 'SendGrid',
    title: 'SendGrid API key',
    severity: 'high',
    confidence: 'high',
    keywords: ['SG.'],
    format: 'SG\\.[\\w-]{22}\\.[\\w-]{43}',
    longest: 69,
    minEntropy: 3.5,
    revoke: { url: 'https://app.sendgrid.com/settings/api_keys', how: 'delete the key' },
    positives: () => inText(`SG.${sendgridBody}`),
    negatives: () => [...nearMisses('SG.', sendgridBody), `SG.${filler(66, alphabets.url)}`],
  }),
  token({
    id: 'mailgun-key',
    provider: 'Mailgun',
    title: 'Mailgun private key',
    severity: 'high',
    confidence: 'medium',
    keywords: ['key-'],
    format: 'key-[0-9a-f]{32}',
    longest: 36,
    minEntropy: 3,
    revoke: { url: 'https://app.mailgun.com/settings/api_security', how: 'delete the key' },
    positives: () => inText(`key-${filler(32, alphabets.hex)}`),
    negatives: () => [
      ...nearMisses('key-', filler(32, alphabets.hex)),
      `pubkey-${filler(32, alphabets.hex)}`,
    ],
  }),
  named({
    id: 'mailgun-signing-key',
    provider: 'Mailgun',
    title: 'Mailgun API or signing key',
    severity: 'high',
    confidence: 'high',
    keywords: ['mailgun'],
    name: 'mailgun',
    value: '(?:[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}|[0-9a-f]{32})',
    longest: 50,
    minEntropy: 3,
    revoke: { url: 'https://app.mailgun.com/settings/api_security', how: 'reset the signing key' },
    positives: () => {
      const [long, a, b] = [filler(32, alphabets.hex), filler(8, alphabets.hex), filler(8, alphabets.hex, 2)]
      return assigned('MAILGUN_API_KEY', `${long}-${a}-${b}`)
    },
    negatives: () => unassigned('mailgun_api_key', filler(32, alphabets.hex)),
  }),
]

import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

const STRIPE = { url: 'https://dashboard.stripe.com/apikeys', how: 'roll the key' }
const live = (kind: string) => [kind, 'live', ''].join('_')
const test = (kind: string) => [kind, 'test', ''].join('_')

export const paymentRules: readonly Rule[] = [
  token({
    id: 'stripe-key',
    provider: 'Stripe',
    title: 'Stripe secret key',
    severity: 'critical',
    confidence: 'high',
    keywords: [live('sk'), live('rk')],
    format: '[sr]k_live_[A-Za-z0-9]{16,247}',
    longest: 255,
    minEntropy: 3,
    revoke: STRIPE,
    positives: () => [...inText(live('sk') + filler(24)), live('rk') + filler(99)],
    negatives: () => nearMisses(live('sk'), filler(24)),
  }),
  token({
    id: 'stripe-test-key',
    provider: 'Stripe',
    title: 'Stripe test key',
    severity: 'low',
    confidence: 'high',
    keywords: [test('sk'), test('rk')],
    format: '[sr]k_test_[A-Za-z0-9]{16,247}',
    longest: 255,
    minEntropy: 3,
    revoke: STRIPE,
    positives: () => inText(test('sk') + filler(24)),
    negatives: () => nearMisses(test('sk'), filler(24)),
  }),
  token({
    id: 'stripe-webhook-secret',
    provider: 'Stripe',
    title: 'Stripe webhook signing secret',
    severity: 'high',
    confidence: 'high',
    keywords: ['whsec_'],
    format: 'whsec_[A-Za-z0-9+/]{32,80}={0,2}',
    longest: 90,
    minEntropy: 3.5,
    revoke: { url: 'https://dashboard.stripe.com/webhooks', how: 'roll the signing secret of the endpoint' },
    positives: () => inText(`whsec_${filler(32)}`),
    negatives: () => nearMisses('whsec_', filler(32)),
  }),
  token({
    id: 'square-token',
    provider: 'Square',
    title: 'Square access token or OAuth secret',
    severity: 'critical',
    confidence: 'high',
    keywords: ['sq0atp-', 'sq0csp-'],
    format: 'sq0atp-[\\w-]{22}|sq0csp-[\\w-]{43}',
    longest: 50,
    minEntropy: 3,
    revoke: { url: 'https://developer.squareup.com/apps', how: 'replace the credential of the application' },
    positives: () => [
      ...inText(`sq0atp-${filler(22, alphabets.url)}`),
      `sq0csp-${filler(43, alphabets.url)}`,
    ],
    negatives: () => nearMisses('sq0atp-', filler(22, alphabets.url)),
  }),
  token({
    id: 'shopify-token',
    provider: 'Shopify',
    title: 'Shopify token or shared secret',
    severity: 'critical',
    confidence: 'high',
    keywords: ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shptka_'],
    format: 'shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}',
    longest: 39,
    minEntropy: 2.8,
    revoke: { url: 'https://admin.shopify.com', how: 'uninstall the app or rotate its API credentials' },
    positives: () => inText(`shpat_${filler(32, alphabets.hex)}`),
    negatives: () => nearMisses('shpat_', filler(32, alphabets.hex)),
  }),
]

import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

export const hashicorpRules: readonly Rule[] = [
  token({
    id: 'vault-token',
    provider: 'HashiCorp',
    title: 'Vault token',
    severity: 'critical',
    confidence: 'high',
    keywords: ['hvs.', 'hvb.', 'hvr.'],
    format: 'hv[sbr]\\.[\\w-]{24,500}',
    longest: 504,
    minEntropy: 3.5,
    revoke: {
      url: 'https://developer.hashicorp.com/vault/docs/commands/token/revoke',
      how: 'vault token revoke',
    },
    positives: () => [...inText(`hvs.${filler(95, alphabets.url)}`), `hvb.${filler(180, alphabets.url)}`],
    negatives: () => nearMisses('hvs.', filler(40, alphabets.url)),
  }),
  token({
    id: 'terraform-token',
    provider: 'HashiCorp',
    title: 'HCP Terraform token',
    severity: 'critical',
    confidence: 'high',
    keywords: ['.atlasv1.'],
    format: '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70}',
    lead: 14,
    longest: 80,
    minEntropy: 3.5,
    revoke: { url: 'https://app.terraform.io/app/settings/tokens', how: 'delete the token' },
    positives: () => inText(`${filler(14)}.atlasv1.${filler(67, alphabets.url)}`),
    negatives: () => nearMisses(`${filler(14)}.atlasv1.`, filler(67, alphabets.url)),
  }),
  token({
    id: 'pulumi-token',
    provider: 'Pulumi',
    title: 'Pulumi access token',
    severity: 'critical',
    confidence: 'high',
    keywords: ['pul-'],
    format: 'pul-[0-9a-f]{40}',
    longest: 44,
    minEntropy: 2.8,
    revoke: { url: 'https://app.pulumi.com/account/tokens', how: 'delete the token' },
    positives: () => inText(`pul-${filler(40, alphabets.hex)}`),
    negatives: () => nearMisses('pul-', filler(40, alphabets.hex)),
  }),
]

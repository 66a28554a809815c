import { base62, crc32, hasCrc } from '../checksums.ts'
import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

const withCrc = (prefix: string, seed: number) => {
  const random = filler(30, alphabets.base62, seed)
  return `${prefix}_${random}${base62(crc32(random))}`
}

export const forgeRules: readonly Rule[] = [
  token({
    id: 'github-token',
    provider: 'GitHub',
    title: 'GitHub token',
    severity: 'critical',
    confidence: 'medium',
    keywords: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    format: 'gh[pousr]_[A-Za-z0-9]{36}',
    longest: 40,
    minEntropy: 3,
    checksum: hasCrc,
    revoke: { url: 'https://github.com/settings/tokens', how: 'delete the token' },
    positives: () => [...inText(withCrc('ghp', 1)), withCrc('ghs', 2), `gho_${filler(36)}`],
    negatives: () => nearMisses('ghp_', filler(36)),
  }),
  token({
    id: 'github-fine-grained-token',
    provider: 'GitHub',
    title: 'GitHub fine-grained token',
    severity: 'critical',
    confidence: 'high',
    keywords: ['github_pat_'],
    format: 'github_pat_\\w{82}',
    longest: 93,
    minEntropy: 3,
    revoke: { url: 'https://github.com/settings/personal-access-tokens', how: 'delete the token' },
    positives: () => inText(`github_pat_${filler(22)}_${filler(59)}`),
    negatives: () => nearMisses('github_pat_', filler(82)),
  }),
  token({
    id: 'gitlab-token',
    provider: 'GitLab',
    title: 'GitLab token',
    severity: 'critical',
    confidence: 'high',
    keywords: [
      'glpat-',
      'gldt-',
      'glrt-',
      'glptt-',
      'glcbt-',
      'glsoat-',
      'glft-',
      'glagent-',
      'gloas-',
      'glimt-',
      'glffct-',
    ],
    format: 'gl(?:pat|dt|rt|ptt|cbt|soat|ft|agent|oas|imt|ffct)-[\\w-]{20,300}(?:\\.[\\w-]{2,20}){0,2}',
    longest: 350,
    minEntropy: 3.2,
    revoke: { url: 'https://gitlab.com/-/user_settings/personal_access_tokens', how: 'revoke the token' },
    positives: () => [
      ...inText(`glpat-${filler(20, alphabets.url)}`),
      `glrt-t1_${filler(27, alphabets.url)}.${filler(9)}`,
    ],
    negatives: () => nearMisses('glpat-', filler(20, alphabets.url)),
  }),
  token({
    id: 'gitlab-runner-registration',
    provider: 'GitLab',
    title: 'GitLab runner registration token',
    severity: 'high',
    confidence: 'high',
    keywords: ['GR1348941'],
    format: 'GR1348941[\\w-]{20}',
    longest: 29,
    minEntropy: 3,
    revoke: {
      url: 'https://docs.gitlab.com/security/tokens/',
      how: 'reset the registration token of the project',
    },
    positives: () => inText(`GR1348941${filler(20, alphabets.url)}`),
    negatives: () => nearMisses('GR1348941', filler(20, alphabets.url)),
  }),
  token({
    id: 'atlassian-token',
    provider: 'Atlassian',
    title: 'Atlassian or Bitbucket token',
    severity: 'high',
    confidence: 'high',
    keywords: ['ATATT3xFfGF0', 'ATCTT3xFfGN0', 'ATBB'],
    format: 'AT(?:ATT3xFfGF0|CTT3xFfGN0)[\\w-]{20,200}=[0-9A-F]{8}|ATBB[A-Za-z0-9]{32}',
    longest: 230,
    minEntropy: 3.3,
    revoke: { url: 'https://id.atlassian.com/manage-profile/security/api-tokens', how: 'revoke the token' },
    positives: () => [
      ...inText(`ATATT3xFfGF0${filler(171, alphabets.url)}=${filler(8, alphabets.digits)}`),
      `ATBB${filler(32)}`,
    ],
    negatives: () => nearMisses('ATATT3xFfGF0', `${filler(171, alphabets.url)}=0A1B2C3D`),
  }),
]

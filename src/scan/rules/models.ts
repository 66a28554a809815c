import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

/** Stands in the middle of every OpenAI key: "OpenAI" in base64. */
const OPENAI_MARK = ['T3Blbk', 'FJ'].join('')
const project = ['sk', 'proj', ''].join('-')
const anthropic = ['sk', 'ant', 'api03', ''].join('-')

export const modelRules: readonly Rule[] = [
  token({
    id: 'openai-key',
    provider: 'OpenAI',
    title: 'OpenAI API key',
    severity: 'critical',
    confidence: 'high',
    keywords: [OPENAI_MARK],
    format: `sk-(?:(?:proj|svcacct|admin|service)-)?[\\w-]{20,100}${OPENAI_MARK}[\\w-]{20,100}`,
    lead: 115,
    longest: 110,
    minEntropy: 3.5,
    revoke: { url: 'https://platform.openai.com/api-keys', how: 'delete the key' },
    positives: () => [
      ...inText(`${project}${filler(74, alphabets.url)}${OPENAI_MARK}${filler(74, alphabets.url, 2)}`),
      `sk-${filler(20)}${OPENAI_MARK}${filler(20, alphabets.base62, 2)}`,
    ],
    negatives: () => [
      ...nearMisses('sk-', `${filler(20)}${OPENAI_MARK}${filler(20)}`),
      `${filler(40)}${OPENAI_MARK}${filler(40)}`,
    ],
  }),
  token({
    id: 'anthropic-key',
    provider: 'Anthropic',
    title: 'Anthropic API key',
    severity: 'critical',
    confidence: 'high',
    keywords: [['sk', 'ant', ''].join('-')],
    format: 'sk-ant-(?:api|admin|oat|ort|sid)\\d{2}-[\\w-]{80,120}',
    longest: 140,
    minEntropy: 3.5,
    revoke: { url: 'https://console.anthropic.com/settings/keys', how: 'delete the key' },
    positives: () => inText(`${anthropic}${filler(93, alphabets.url)}AA`),
    negatives: () => nearMisses(anthropic, `${filler(93, alphabets.url)}AA`),
  }),
  token({
    id: 'hugging-face-token',
    provider: 'Hugging Face',
    title: 'Hugging Face token',
    severity: 'high',
    confidence: 'high',
    keywords: ['hf_', 'api_org_'],
    format: '(?:hf|api_org)_[A-Za-z]{34}',
    longest: 42,
    minEntropy: 3.5,
    revoke: { url: 'https://huggingface.co/settings/tokens', how: 'delete or refresh the token' },
    positives: () => inText(`hf_${filler(34, alphabets.letters)}`),
    negatives: () => nearMisses('hf_', filler(34, alphabets.letters)),
  }),
  token({
    id: 'groq-key',
    provider: 'Groq',
    title: 'Groq API key',
    severity: 'high',
    confidence: 'high',
    keywords: ['gsk_'],
    format: 'gsk_[A-Za-z0-9]{52}',
    longest: 56,
    minEntropy: 3.5,
    revoke: { url: 'https://console.groq.com/keys', how: 'delete the key' },
    positives: () => inText(`gsk_${filler(52)}`),
    negatives: () => nearMisses('gsk_', filler(52)),
  }),
]

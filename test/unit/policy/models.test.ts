import { describe, expect, it } from 'vitest'
import { MODEL_PATTERNS, pickles } from '../../../src/policy/models.ts'
import { compilePattern, matches } from '../../../src/policy/patterns.ts'

describe('MODEL_PATTERNS', () => {
  const isModel = (path: string) => MODEL_PATTERNS.some(each => matches(compilePattern(each), path as never))

  it.each([
    'a.safetensors',
    'x/y/model-00001-of-00002.bin',
    'm.gguf',
    'm.onnx',
    'm.pt',
    'm.pth',
    'm.ckpt',
    'm.h5',
    'm.pkl',
    'm.tflite',
  ])('hold %s', path => expect(isModel(path)).toBe(true))

  it.each(['train.py', 'config.json', 'bin', 'safetensors', 'a.ptx'])('leave %s', path =>
    expect(isModel(path)).toBe(false),
  )

  it('name no pattern twice', () => {
    expect(new Set(MODEL_PATTERNS).size).toBe(MODEL_PATTERNS.length)
  })
})

describe('pickles', () => {
  it.each([
    [['models/**'], []],
    [['*.safetensors', 'm.onnx'], []],
    [
      ['a/b.pt', 'c.PTH', 'd.pt'],
      ['*.pt', '*.pth'],
    ],
    [['script'], []],
  ])('in %j are %j', (names, found) => {
    expect(pickles(names)).toEqual(found)
  })
})

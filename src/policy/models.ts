/** One kind of file that holds a trained model. */
interface ModelFormat {
  /** gitattributes pattern. */
  readonly pattern: string
  /** True if such files may be Python pickles, which run code when they are loaded. */
  readonly isPickle?: true
}

const MODEL_FORMATS: readonly ModelFormat[] = [
  { pattern: '*.safetensors' },
  { pattern: '*.gguf' },
  { pattern: '*.ggml' },
  { pattern: '*.onnx' },
  { pattern: '*.onnx_data' },
  { pattern: '*.pt', isPickle: true },
  { pattern: '*.pth', isPickle: true },
  { pattern: '*.ckpt', isPickle: true },
  { pattern: '*.bin', isPickle: true },
  { pattern: '*.pkl', isPickle: true },
  { pattern: '*.pickle', isPickle: true },
  { pattern: '*.joblib', isPickle: true },
  { pattern: '*.h5' },
  { pattern: '*.hdf5' },
  { pattern: '*.keras' },
  { pattern: '*.tflite' },
  { pattern: '*.pb' },
  { pattern: '*.mlmodel' },
  { pattern: '*.npz' },
  { pattern: '*.msgpack' },
]

/** What `protect --models` protects. */
export const MODEL_PATTERNS: readonly string[] = MODEL_FORMATS.map(({ pattern }) => pattern)

/** The endings of `names` (patterns or paths) that may be pickles, once each, as patterns. */
export function pickles(names: readonly string[]): string[] {
  const endings = MODEL_FORMATS.filter(({ isPickle }) => isPickle).map(({ pattern }) => pattern)
  return endings.filter(ending => names.some(name => name.toLowerCase().endsWith(ending.slice(1))))
}

import type { Bytes } from '../core/bytes.ts'
import { decodePercent, decodeUnicode } from './escapes.ts'
import { decodedLayer, type Decoded, type Layer } from './layer.ts'
import { decodeNotebook } from './notebook.ts'
import { decodeRuns } from './runs.ts'

const MAX_DEPTH = 3

type Decoder = (bytes: Bytes) => readonly Decoded[]

/** Every way in which text hides in text. Each finds its own places and leaves the rest. */
const decoders: readonly Decoder[] = [decodeRuns, decodePercent, decodeUnicode]

/** `layer`, and whatever hides in it, down to MAX_DEPTH decodings below the file. */
export function* layersOf(layer: Layer, options: { readonly isNotebook: boolean }): Generator<Layer> {
  yield layer
  if (layer.depth >= MAX_DEPTH) return
  const used = options.isNotebook ? [...decoders, decodeNotebook] : decoders
  for (const decode of used) {
    for (const decoded of decode(layer.bytes)) {
      yield* layersOf(decodedLayer(layer, decoded), { isNotebook: false })
    }
  }
}

// Runs an encrypted ONNX model from memory, on zeros: node run.mjs MODEL SHAPE, e.g. model.onnx.gitward 1,3,48,192
import { openModel } from 'gitward'

process.env.ORT_DISABLE_TELEMETRY ??= '1' // else it reports to its makers, and keeps a file in the home folder
const { default: ort } = await import('onnxruntime-node')

const [file, shape] = process.argv.slice(2)
const model = await openModel(file)
const bytes = await model.bytes()
await model.close()
const session = await ort.InferenceSession.create(bytes)
bytes.fill(0) // onnxruntime has a copy of its own

const dims = shape.split(',').map(Number)
const zeros = new Float32Array(dims.reduce((product, length) => product * length, 1))
const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', zeros, dims) }
for (const [name, output] of Object.entries(await session.run(feeds)))
  console.log(name, output.dims, output.data)

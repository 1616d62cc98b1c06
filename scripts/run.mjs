// node scripts/run.mjs <file.ts> [arguments]: makes the checkout ready, then runs a TypeScript file of it.
import { join } from 'node:path'
import { node } from './child.mjs'
import { ready, root } from './ready.mjs'

const [file, ...args] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('Usage: node scripts/run.mjs <file.ts> [arguments]\n')
  process.exit(2)
}
ready({ dev: false })
process.exitCode = await node(['--import', import.meta.resolve('tsx'), join(root, file), ...args])

#!/usr/bin/env node
// The command line: built, or in a checkout the TypeScript itself.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const built = new URL('../dist/cli/muster.js', import.meta.url)
const source = new URL('../src/cli/muster.ts', import.meta.url)

if (existsSync(fileURLToPath(built))) {
  await import(built.href)
} else if (existsSync(fileURLToPath(source))) {
  const { register } = await import('tsx/esm/api')
  register()
  await import(source.href)
} else {
  process.stderr.write('Muster is neither built (dist/) nor a checkout (src/): install it anew.\n')
  process.exit(1)
}

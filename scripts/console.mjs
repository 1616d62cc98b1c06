// Builds the web console into dist/console when that is missing or older than its sources, if the packages for it are there.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { node } from './child.mjs'
import { root } from './ready.mjs'

const vite = join(root, 'node_modules/vite/bin/vite.js')
const sources = join(root, 'src/console')
const built = join(root, 'dist/console/index.html')

/** A machine that takes longer, ms, goes on without: the server says then how to build it. */
const limitMs = 20_000

/** Resolves when the console is built, or cannot be. What Vite says goes to standard error. */
export const consoleReady = async ({ timeout = limitMs } = {}) => {
  if (!existsSync(vite) || !existsSync(sources) || isFresh()) return
  process.stderr.write('Building the web console (npm run build:console)…\n')
  const code = await node([vite, 'build', '--logLevel', 'error'], { cwd: root, stdio: ['ignore', 2, 2], timeout })
  if (code !== 0) process.stderr.write('The web console was not built; all else works. See npm run build:console.\n')
}

const isFresh = () => {
  if (!existsSync(built)) return false
  const builtAt = statSync(built).mtimeMs
  const files = readdirSync(sources, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.every((file) => statSync(join(file.parentPath, file.name)).mtimeMs <= builtAt)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await consoleReady({ timeout: 0 })

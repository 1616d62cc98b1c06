// node scripts/test.mjs [--fast] [filters] [--mocha-options]: types, lint, format and all tests with coverage; --fast: only the tests.
// A filter is a test file, or a part of test files' names.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { node } from './child.mjs'
import { ready, root } from './ready.mjs'

const args = process.argv.slice(2)
const fast = args.includes('--fast')
const mochaOptions = args.filter((arg) => arg.startsWith('-') && arg !== '--fast')
const filters = args.filter((arg) => !arg.startsWith('-'))

const bin = (path) => join(root, 'node_modules', path)
const inRoot = { cwd: root }

const checks = [
  { name: 'Types', args: [bin('typescript/bin/tsc'), '--noEmit'] },
  { name: 'Types of the console', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', 'src/console'] },
  { name: 'Lint', args: [bin('eslint/bin/eslint.js'), '.'] },
  { name: 'Format', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
]

const check = async () => {
  for (const { name, args } of checks) {
    process.stdout.write(`${name}…\n`)
    const code = await node(args, inRoot)
    if (code !== 0) return code
  }
  return 0
}

const filesOf = (filter) => (existsSync(join(root, filter)) ? filter : `test/**/*${filter}*.test.ts`)

const test = async (countsFile) => {
  const mocha = [bin('mocha/bin/mocha.js'), '--exit', '--reporter', join(root, 'test/support/reporter.cjs'), ...mochaOptions]
  const files = filters.length === 0 ? ['test/**/*.test.ts'] : filters.map(filesOf)
  const env = { ...process.env, TEST_COUNTS_FILE: countsFile }
  if (fast) return node(['--import', 'tsx', ...mocha, ...files], { ...inRoot, env })
  const coverage = [
    '--src',
    'src',
    '--include',
    'src/**/*.ts',
    '--exclude',
    'src/console/**',
    '--reporter',
    'text-summary',
    '--reporter',
    'lcovonly',
  ]
  return node([bin('c8/bin/c8.js'), ...coverage, process.execPath, '--import', 'tsx', ...mocha, ...files], { ...inRoot, env })
}

const main = async () => {
  ready({ dev: true })
  const checked = fast ? 0 : await check()
  if (checked !== 0) return checked
  const folder = mkdtempSync(join(tmpdir(), 'muster-counts-'))
  try {
    const countsFile = join(folder, 'counts')
    const code = await test(countsFile)
    // After the coverage, so that the last line is the one that counts.
    if (existsSync(countsFile)) process.stdout.write(`\n${readFileSync(countsFile, 'utf8')}\n`)
    else process.stderr.write('\nMocha ended before it had counted.\n')
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()

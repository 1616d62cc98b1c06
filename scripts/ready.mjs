// Makes a fresh checkout ready to run: the right Node, and the packages that the lockfile names. Needs no package itself.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Ends the process with a message when Node is too old or the packages cannot be installed. `dev`: tools for tests are wanted too. */
export const ready = ({ dev }) => {
  checkNode()
  if (isInstalled({ dev })) return
  process.stderr.write('Installing packages (npm ci)…\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // What npm says is for people: standard output belongs to the program that is run next.
  const { status, error } = spawnSync(npm, ['ci'], { cwd: root, stdio: ['inherit', 2, 2], shell: process.platform === 'win32' })
  if (error !== undefined) fail(`npm could not be started: ${error.message}`)
  if (status !== 0) fail('npm ci failed; see its messages above.')
}

const checkNode = () => {
  const wanted = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).engines.node.replace('>=', '')
  if (isAtLeast(process.versions.node, wanted)) return
  fail(`Muster needs Node ${wanted} or newer; this is ${process.versions.node} (${process.execPath}).`)
}

/** Whether one version is the other or later: `20.20.0` is at least `20.19.0`. */
export const isAtLeast = (version, wanted) => {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number))
  const differing = want.findIndex((part, index) => part !== have[index])
  return differing === -1 || have[differing] > want[differing]
}

const isInstalled = ({ dev }) => {
  const [wanted, present] = [packagesOf('package-lock.json'), packagesOf('node_modules/.package-lock.json')]
  if (wanted === null) fail('package-lock.json is missing.')
  return present !== null && isSatisfied({ wanted, present, dev })
}

/**
 * Whether all that one lockfile's packages need is among the other's, version by version. Times of files say little after a checkout. Optional
 * packages are for other systems as well, and may be missing.
 */
export const isSatisfied = ({ wanted, present, dev }) =>
  Object.entries(wanted).every(
    ([path, { version, optional, dev: forTests, devOptional, link }]) =>
      path === '' || optional || link || ((forTests || devOptional) && !dev) || present[path]?.version === version,
  )

const packagesOf = (file) => {
  try {
    return JSON.parse(readFileSync(`${root}${file}`, 'utf8')).packages ?? {}
  } catch {
    return null
  }
}

const fail = (message) => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) ready({ dev: true })

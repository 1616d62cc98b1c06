import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Result } from './report.ts'
import { median } from './report.ts'

/** One figure of two builds, measured in turn: `ratio` is ours against theirs, of the medians. */
export type Compared = Readonly<{
  name: string
  figure: number
  unit: string
  against: number
  ratio: number
  detail: Readonly<{ ref: string; rounds: number; figures: readonly number[]; others: readonly number[]; limit: number }>
}>

const run = promisify(execFile)

/**
 * Measures a benchmark of this checkout over its own code and over that of a git ref, in turn, `rounds` times each. The older code is checked out into a
 * temporary worktree, and today's `bench/` is laid over it. Throws an `Error` that says what the older build lacks.
 */
export const measuredAgainst = async (ref: string, name: string, rounds: number): Promise<readonly Compared[]> => {
  const commit = (await run('git', ['rev-parse', '--short', `${ref}^{commit}`])).stdout.trim()
  const older = await olderBuild(commit)
  try {
    const ours: Result[][] = []
    const theirs: Result[][] = []
    for (let round = 1; round <= rounds; round++) {
      ours.push(await measured(process.cwd(), name))
      theirs.push(await measured(older.folder, name))
      const told = (results: readonly Result[] | undefined) => results?.map(({ figure }) => String(figure)).join(', ') ?? ''
      process.stderr.write(
        `${name} ${String(round)}/${String(rounds)}: ${told(ours.at(-1))}; ${commit}: ${told(theirs.at(-1))}\n`,
      )
    }
    return (ours[0] ?? []).map(({ name: figure, unit }): Compared => {
      const of = (all: readonly (readonly Result[])[], what: 'figure' | 'limit') =>
        all.flatMap((results) => results.find((result) => result.name === figure)?.[what] ?? [])
      const [figures, others] = [of(ours, 'figure'), of(theirs, 'figure')]
      if (others.length === 0) throw new Error(`${commit} has no figure ${figure}.`)
      const [mine, other] = [median(figures), median(others)]
      const detail = { ref: commit, rounds, figures, others, limit: median(of(ours, 'limit')) }
      return { name: figure, figure: mine, unit, against: other, ratio: Math.round((mine / other) * 1000) / 1000, detail }
    })
  } finally {
    await older.remove()
  }
}

const olderBuild = async (commit: string): Promise<Readonly<{ folder: string; remove: () => Promise<void> }>> => {
  const parent = await mkdtemp(join(tmpdir(), 'muster-against-'))
  const folder = join(parent, commit)
  await run('git', ['worktree', 'add', '--detach', folder, commit])
  const remove = async (): Promise<void> => {
    await run('git', ['worktree', 'remove', '--force', folder])
    await rm(parent, { recursive: true, force: true })
  }
  try {
    const lockfiles = await Promise.all(['.', folder].map((place) => readFile(join(place, 'package-lock.json'), 'utf8')))
    if (lockfiles[0] === lockfiles[1]) await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
    else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
    await cp('bench', join(folder, 'bench'), { recursive: true })
    return { folder, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Runs a benchmark in a process of its own. */
const measured = (folder: string, name: string): Promise<Result[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'bench/bench.ts', name, '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0)
        return resolve(out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Result] : [])))
      const lacks = errors.split('\n').find((line) => /Error|does not provide|Cannot find/.test(line)) ?? errors.slice(-400)
      reject(new Error(`${name} does not run in ${folder}: ${lacks.trim()}`))
    })
  })

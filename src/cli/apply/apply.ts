import type { Command } from 'commander'
import type { MusterClient } from '../../client/muster-client.ts'
import { carryOut, checkPlan } from './carry-out.ts'
import type { Environment } from './environment.ts'
import type { Plan } from './plan.ts'
import { planOf } from './plan.ts'
import { readPresent } from './present.ts'
import { readFiles } from './read-files.ts'

export type Applied = Readonly<{
  /** What changes, or would. */
  changes: readonly string[]
  /** What was changed. */
  done: readonly string[]
  refused: readonly string[]
  notes: readonly string[]
  dryRun: boolean
}>

/** The command, to which the program adds how to reach a server. */
export const applyCommand = (program: Command): Command =>
  program
    .command('apply')
    .description('make teams, labels and profiles what files say')
    .requiredOption('-f, --file <path>', 'a file, or a folder of them')
    .option('--dry-run', 'show the plan and have the server check it; change nothing', false)

/** Runs the command. The exit code is 1 when the files are wrong (`FilesError`), 2 when the server refuses. */
export const runApply = async (
  client: MusterClient,
  options: Readonly<Record<string, unknown>>,
): Promise<readonly [object, string]> => {
  const applied = await applyFiles(client, {
    path: String(options['file']),
    dryRun: options['dryRun'] === true,
    environment: process.env,
  })
  if (applied.refused.length > 0) process.exitCode = 2
  return [applied, linesOf(applied).join('\n')]
}

/** Makes the server what the files say. Everything is checked, here and there, before anything is changed. Throws `FilesError` and `ApiError`. */
export const applyFiles = async (
  client: MusterClient,
  { path, dryRun, environment }: Readonly<{ path: string; dryRun: boolean; environment: Environment }>,
): Promise<Applied> => {
  const wanted = await readFiles(path, environment)
  const plan = planOf(wanted, await readPresent(client, wanted))
  const { refused, unchecked } = await checkPlan(client, plan)
  const changes = [...plan.steps.flatMap(({ lines }) => lines), ...secretLines(plan)]
  const late = unchecked.map((what) => `Only when applied, the server can check ${what}: what comes before is missing yet.`)
  const before = { changes, refused, dryRun, done: [] }
  if (refused.length > 0) return { ...before, notes: plan.notes }
  if (dryRun) return { ...before, notes: [...plan.notes, ...late, ...handedNotes(plan)] }
  return { ...before, notes: plan.notes, ...(await carryOut(client, plan)) }
}

/** What people read. */
export const linesOf = ({ changes, done, refused, notes, dryRun }: Applied): readonly string[] => {
  const told = notes.map((note) => `  ${note}`)
  if (refused.length > 0) {
    const outcome = done.length === 0 ? 'Nothing was changed.' : 'This was changed before; apply again for the rest:'
    return [
      ...(done.length === 0 ? changes : []),
      ...told,
      'The server refuses:',
      ...refused.map((one) => `! ${one}`),
      outcome,
      ...done,
    ]
  }
  if (dryRun)
    return [...changes, ...told, changes.length === 0 ? 'Nothing to change.' : 'Nothing was changed: this is a dry run.']
  return [...done, ...told, done.length === 0 ? 'Nothing to change.' : 'Applied.']
}

const secretLines = ({ coming }: Plan): readonly string[] => [...coming.variables].map((name) => `+ secret ${name}`)

/** Whether they are new only the server can tell, once it has them. */
const handedNotes = ({ handedOver: { enrollSecrets, variables }, coming }: Plan): readonly string[] => {
  const known = variables.filter(({ name }) => !coming.variables.has(name)).map(({ name }) => `secret ${name}`)
  return [...enrollSecrets.map(({ name }) => `enroll secrets of ${name}`), ...known].map(
    (what) => `Only when applied, the server compares: ${what}.`,
  )
}

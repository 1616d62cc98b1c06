import type { Plan as PlanOfStep } from '../../client/history-json.ts'
import type { MusterClient } from '../../client/muster-client.ts'
import { planText } from '../plan-text.ts'
import { batchOf, checkPlan, refusalsOf, withoutLabels } from './carry-out.ts'
import type { Environment } from './environment.ts'
import type { Plan, Step } from './plan.ts'
import { planOf } from './plan.ts'
import { readPresent } from './present.ts'
import { readFiles } from './read-files.ts'
import { comparable } from './wanted.ts'

/** A step, and what it leads to; null: only the server can tell once what it rests on is there. */
export type ForeseenStep = Readonly<{ changes: readonly string[]; plan: PlanOfStep | null }>

export type Foreseen = Readonly<{
  steps: readonly ForeseenStep[]
  refused: readonly string[]
  /** What the plans do not know. */
  notes: readonly string[]
}>

/** What applying these files would lead to on hosts, step by step; changes nothing. Throws `FilesError` and `ApiError`. */
export const foreseeFiles = async (
  client: MusterClient,
  { path, environment }: Readonly<{ path: string; environment: Environment }>,
): Promise<Foreseen> => {
  const wanted = await readFiles(path, environment)
  const plan = planOf(wanted, await readPresent(client, wanted))
  const { refused } = await checkPlan(client, plan)
  if (refused.length > 0) return { steps: [], refused, notes: plan.notes }
  const steps: ForeseenStep[] = []
  const refusedHere: string[] = []
  for (const step of plan.steps)
    refusedHere.push(
      ...(await refusalsOf(async () => void steps.push({ changes: step.lines, plan: await foresee(client, plan, step) }))),
    )
  return { steps, refused: refusedHere, notes: [...plan.notes, ...unknownIn(plan)] }
}

const foresee = async ({ settings }: MusterClient, { coming }: Plan, step: Step): Promise<PlanOfStep | null> => {
  if (step.kind === 'edit-label') return settings.planLabel(step.id, step.change)
  if (step.kind !== 'profiles' || !('id' in step.team)) return null
  // Without its secrets a profile is nothing, and to leave it out would plan its removal.
  if (step.profiles.some(({ secrets }) => secrets.some((name) => coming.variables.has(name)))) return null
  const known = step.profiles.map((profile) => withoutLabels(profile, coming.labels))
  return settings.planProfiles(step.team.id, known.map(batchOf), step.lists)
}

/** A step by itself is planned as if those before had not been made. */
const unknownIn = ({ steps, coming }: Plan): readonly string[] =>
  steps.flatMap((step) => {
    if (step.kind !== 'profiles') return []
    const late = step.profiles.filter(({ secrets }) => secrets.some((name) => coming.variables.has(name)))
    const aimed = step.profiles.filter(({ aims }) =>
      [...aims.includeAll, ...aims.includeAny, ...aims.excludeAny].some((name) => coming.labels.has(comparable(name))),
    )
    return [
      ...late.map(({ name }) => `The profile ${name} holds a secret that is new to the server: its team is not planned.`),
      ...aimed.map(
        ({ name }) => `The profile ${name} is planned without the labels that are yet to come: for more hosts than it is.`,
      ),
    ]
  })

/** What people read. */
export const foreseenText = ({ steps, refused, notes }: Foreseen): string =>
  [
    ...steps.flatMap(({ changes, plan }) => [...changes, ...(plan === null ? [] : planText(plan).map((line) => `    ${line}`))]),
    ...notes.map((note) => `  ${note}`),
    ...(refused.length > 0 ? ['The server refuses:', ...refused.map((one) => `! ${one}`)] : []),
    steps.length === 0 && refused.length === 0 ? 'Nothing to change.' : 'Nothing was changed: this is a plan.',
  ].join('\n')

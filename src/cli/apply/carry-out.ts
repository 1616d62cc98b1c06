import { ApiError } from '../../client/api-error.ts'
import type { MusterClient } from '../../client/muster-client.ts'
import type { BatchProfile } from '../../client/settings-client.ts'
import { handOver } from './hand-over.ts'
import type { Plan, Step, TeamId } from './plan.ts'
import { comparable } from './wanted.ts'
import type { WantedProfile } from './wanted.ts'

type ProfilesStep = Extract<Step, { kind: 'profiles' }>

/** What the server said no to, in words for people; `done`: what was changed before that. */
export type Outcome = Readonly<{ done: readonly string[]; refused: readonly string[] }>

/**
 * Has the server check the whole plan without changing anything. What rests on labels and secrets that are yet to come is checked without them,
 * or, as a profile is nothing without its secrets, not at all: `unchecked` tells what. Throws `ApiError` when the server cannot answer.
 */
export const checkPlan = async (
  client: MusterClient,
  plan: Plan,
): Promise<Readonly<{ refused: readonly string[]; unchecked: readonly string[] }>> => {
  const refused = [...plan.impossible]
  const unchecked: string[] = []
  const { variables } = plan.handedOver
  if (variables.length > 0) refused.push(...(await refusalsOf(() => client.secrets.put(variables, true))))
  for (const step of plan.steps) if (step.kind !== 'profiles') refused.push(...(await refusalsOf(() => check(client, step))))
  const { enrollSecrets } = plan.handedOver
  for (const { team, name, secrets } of enrollSecrets) {
    if (!('id' in team)) continue
    const isTaken = (error: unknown): void => {
      // What another team of these files gives up is free only then.
      if (!(error instanceof ApiError) || error.status !== 409 || enrollSecrets.length < 2) throw error
      unchecked.push(`the enroll secrets of ${name}`)
    }
    const tried = () => client.settings.check.enrollSecrets(team.id, secrets).catch(isTaken)
    refused.push(...(await refusalsOf(tried)))
  }
  for (const { team, lists, profiles } of plan.steps.filter((step) => step.kind === 'profiles')) {
    const checkable = profiles.filter(({ secrets }) => !secrets.some((name) => plan.coming.variables.has(name)))
    unchecked.push(...profiles.filter((profile) => !checkable.includes(profile)).map(({ name }) => `the profile ${name}`))
    const known = checkable.map((profile) => withoutLabels(profile, plan.coming.labels))
    const teamId = 'id' in team ? team.id : null
    refused.push(
      ...(await refusalsOf(() => client.settings.replaceProfiles(teamId, known.map(batchOf), { lists, dryRun: true }), known)),
    )
  }
  return { refused, unchecked }
}

const check = ({ settings }: MusterClient, step: Exclude<Step, ProfilesStep>): Promise<void> => {
  if (step.kind === 'create-label') return settings.check.label(step.label)
  if (step.kind === 'edit-label') return settings.check.labelChange(step.id, step.change)
  return settings.check.team({ name: step.name })
}

/** Carries the plan out: labels, teams, secrets, then each team's profiles. Ends at the first refusal. Done again, it does what is left. */
export const carryOut = async (client: MusterClient, { steps, handedOver }: Plan): Promise<Outcome> => {
  const done: string[] = []
  const created = new Map<string, number>()
  const idOf = (team: TeamId): number | null => ('id' in team ? team.id : (created.get(team.coming) ?? missing(team.coming)))

  const take = async (step: Exclude<Step, ProfilesStep>): Promise<void> => {
    if (step.kind === 'create-label') await client.labels.create(step.label)
    else if (step.kind === 'edit-label') await client.settings.editLabel(step.id, step.change)
    else created.set(step.name, (await client.teams.create({ name: step.name })).id)
  }

  for (const step of steps) {
    if (step.kind === 'profiles') continue
    const refused = await refusalsOf(() => take(step))
    if (refused.length > 0) return { done, refused }
    done.push(...step.lines)
  }
  const refusedSecrets = await refusalsOf(async () => void done.push(...(await handOver(client, handedOver, idOf))))
  if (refusedSecrets.length > 0) return { done, refused: refusedSecrets }
  for (const step of steps) {
    if (step.kind !== 'profiles') continue
    const { profiles, team, lists, lines } = step
    const replace = () => client.settings.replaceProfiles(idOf(team), profiles.map(batchOf), { lists })
    const refused = await refusalsOf(replace, profiles)
    if (refused.length > 0) return { done, refused }
    done.push(...lines)
  }
  return { done, refused: [] }
}

/** As the server takes it. */
export const batchOf = ({ name, contents, aims: { includeAll, includeAny, excludeAny } }: WantedProfile): BatchProfile => ({
  name,
  contents,
  ...(includeAll.length > 0 && { labels_include_all: includeAll }),
  ...(includeAny.length > 0 && { labels_include_any: includeAny }),
  ...(excludeAny.length > 0 && { labels_exclude_any: excludeAny }),
})

/** Without labels that are yet to come. */
export const withoutLabels = (profile: WantedProfile, coming: ReadonlySet<string>): WantedProfile => {
  const there = (names: readonly string[]) => names.filter((name) => !coming.has(comparable(name)))
  const { includeAll, includeAny, excludeAny } = profile.aims
  return { ...profile, aims: { includeAll: there(includeAll), includeAny: there(includeAny), excludeAny: there(excludeAny) } }
}

/** What the server refuses; a profile that is told by its place in the batch is shown by the place in its file. */
export const refusalsOf = async (
  call: () => Promise<unknown>,
  profiles: readonly WantedProfile[] = [],
): Promise<readonly string[]> => {
  try {
    await call()
    return []
  } catch (error) {
    // Without an answer, or when the server itself fails, nothing was refused.
    if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500) throw error
    if (error.errors.length === 0) return [error.message]
    return error.errors.map(({ name, reason }) => {
      const index = /^profiles\.(\d+)\./.exec(name)?.[1]
      const from = index === undefined ? undefined : profiles[Number(index)]?.from
      return from === undefined ? reason : `${from}: ${reason}`
    })
  }
}

const missing = (team: string): never => {
  throw new Error(`The team ${team} was not created.`)
}

import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import type { Moment } from '../../../app/moment.ts'
import { belongs } from '../../../app/moment.ts'
import { pagesOf, readPages } from '../../../app/pages.ts'
import type { Evidence, HostEvidence } from '../../../domain/explanation/evidence.ts'
import { labelEventsAbout, labelsNamedBy, withoutBytes } from '../../../domain/explanation/evidence.ts'
import type { Sought } from '../../../domain/explanation/gathering.ts'
import { gather, nothingGathered } from '../../../domain/explanation/gathering.ts'
import { masked } from '../../../domain/forgetting/masking.ts'
import type { HostEvent } from '../../../domain/host/events.ts'
import { isBuiltIn } from '../../../domain/labels/built-in.ts'
import type { LabelEvent } from '../../../domain/labels/events.ts'
import type { ProfileEvent } from '../../../domain/profiles/events.ts'
import { allSecretVariables } from '../../../domain/secret-variables/secret-variables.ts'
import type { SecretVariableEvent } from '../../../domain/secret-variables/events.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import type { TeamEvent } from '../../../domain/teams/events.ts'
import type { Recorded } from '../../../kernel/event.ts'
import { streamOf } from '../../../kernel/ids.ts'
import { refuse } from '../../errors.ts'
import { forgottenRevision } from '../hosts/forgotten.ts'

/** Streams that are read for one explanation, besides host, profile and secrets. */
const mostLabels = 200
const formerLabels = 20
const mostTeams = 20

const streamsAtOnce = 8

/** Small events come many at a time; those with bytes or long lists in them, few. */
const pageSizes = { host: 500, profile: 20, label: 100, team: 200, secretVariables: 200 } as const

type Subject = Readonly<{ hostId: string; profileId: string | null; commandId: string | null }>

/** Reads the streams that say how a profile or a command came to stand on a host, up to the moment. Throws `LogUnavailable`. */
export const evidenceOf = async (
  { log, load }: Pick<App, 'log' | 'load'>,
  { hostId, profileId, commandId }: Subject,
  moment: Moment,
): Promise<Evidence> => {
  const pages = (category: keyof typeof pageSizes, id: string) =>
    pagesOf(log, streamOf(category, id), { belongs: (event) => belongs(moment, event), pageSize: pageSizes[category] })
  const all = <E extends Recorded>(category: keyof typeof pageSizes, id: string, keep = (page: readonly E[]) => page) =>
    readPages<E>(pages(category, id), keep)
  const byId = async <E extends Recorded>(ids: readonly string[], read: (id: string) => Promise<readonly E[]>) =>
    new Map(await inParallel(ids, streamsAtOnce, async (id) => [id, await read(id)] as const))

  const profile =
    profileId === null ? [] : await all<Recorded<ProfileEvent>>('profile', profileId, (page) => page.map(withoutBytes))
  const [labels, sought] = labelsFor(profile, { profileId, commandId })
  const forgottenAt = await forgottenRevision({ log, load }, hostId)
  const [host, labelEvents] = await Promise.all([
    gatherHost(pages('host', hostId), { before: nothingGathered(hostId), sought, forgottenAt }),
    byId(labels, (id) => all<Recorded<LabelEvent>>('label', id, (page) => labelEventsAbout(hostId, page))),
  ])
  const changesSecrets = profile.some(({ type }) => type === 'ProfileSecretsChanged')
  const upload =
    profileId === null || profile.length > 0 ? [] : await log.readStream(streamOf('profile', profileId), { from: 0, limit: 1 })
  return {
    ...{ host, profile, labels: labelEvents },
    upload: (upload[0] as Recorded<ProfileEvent> | undefined) ?? null,
    teams: await byId(teamsIn(host, profile), (id) => all<Recorded<TeamEvent>>('team', id)),
    secrets: changesSecrets
      ? await all<Recorded<SecretVariableEvent>>('secretVariables', allSecretVariables, secretsIn(profile))
      : [],
  }
}

const labelsFor = (
  profile: readonly Recorded<ProfileEvent>[],
  subject: Pick<Sought, 'profileId' | 'commandId'>,
): readonly [readonly string[], Sought] => {
  const { now, before } = labelsNamedBy(profile)
  if (now.length > mostLabels)
    refuse(
      422,
      'profile_uuid',
      `The profile names ${String(now.length)} labels; more than ${String(mostLabels)} are not explained.`,
    )
  const named = [...now, ...before.slice(-formerLabels)]
  return [named.filter((label) => !isBuiltIn(label)), { ...subject, labels: new Set(named) }]
}

const gatherHost = async (
  pages: AsyncIterable<readonly Recorded[]>,
  { before, sought, forgottenAt }: Readonly<{ before: HostEvidence; sought: Sought; forgottenAt: number }>,
): Promise<HostEvidence> => {
  let gathered = before
  for await (const page of pages) {
    const shown = page.map((event) => (event.revision < forgottenAt ? masked(event) : event))
    gathered = gather(gathered, shown as readonly Recorded<HostEvent>[], sought)
  }
  return gathered
}

/** The profile's team, the host's, and those that it came through lately. */
const teamsIn = ({ state, kept }: HostEvidence, profile: readonly Recorded<ProfileEvent>[]): readonly string[] => {
  const moves = kept.flatMap(({ event }) => (event.type === 'HostTransferred' ? [event.data.from, event.data.teamId] : []))
  const own = profile.flatMap((event) => (event.type === 'ProfileUploaded' ? [event.data.teamId] : []))
  return [...new Set([...own.slice(-1), state.membership.teamId, ...moves.toReversed()])]
    .filter((teamId) => teamId !== noTeam)
    .slice(0, mostTeams)
}

const secretsIn = (profile: readonly Recorded<ProfileEvent>[]) => {
  const named = new Set(profile.flatMap((event) => (event.type === 'ProfileSecretsChanged' ? event.data.secrets : [])))
  return (page: readonly Recorded<SecretVariableEvent>[]) => page.filter(({ data }) => named.has(data.name))
}

import type { Evidence } from '../../src/domain/explanation/evidence.ts'
import { labelEventsAbout, labelsNamedBy } from '../../src/domain/explanation/evidence.ts'
import type { Circumstances, Explanation, ProfileStatus } from '../../src/domain/explanation/explanation.ts'
import { explainCommand, explainProfile } from '../../src/domain/explanation/explain.ts'
import { gather, nothingGathered } from '../../src/domain/explanation/gathering.ts'
import type { HostEvent } from '../../src/domain/host/events.ts'
import type { LabelDefinition, LabelEvent } from '../../src/domain/labels/events.ts'
import type { ProfileEvent, Targets } from '../../src/domain/profiles/events.ts'
import { everyHost } from '../../src/domain/profiles/events.ts'
import type { SecretVariableEvent } from '../../src/domain/secret-variables/events.ts'
import type { TeamEvent } from '../../src/domain/teams/events.ts'
import type { AnyEvent, Recorded } from '../../src/kernel/event.ts'
import { grouped } from '../../src/kernel/grouped.ts'

/** An event of some stream, with who caused it (an admin named Ada, unless told); one minute passes between events. */
export type Happening = Readonly<{ stream: string; event: AnyEvent; by?: Recorded['metadata']['actor'] }>

export const onHost = (...events: readonly HostEvent[]): readonly Happening[] =>
  events.map((event) => ({ stream: 'host-7', event, by: { kind: 'device', id: '7' } }))

export const onHostBy = (admin: string, event: HostEvent): readonly Happening[] => [
  { stream: 'host-7', event, by: { kind: 'admin', id: admin } },
]

export const onProfile = (...events: readonly ProfileEvent[]): readonly Happening[] =>
  events.map((event) => ({ stream: 'profile-a1', event }))

export const onLabel = (labelId: string, ...events: readonly LabelEvent[]): readonly Happening[] =>
  events.map((event) => ({ stream: `label-${labelId}`, event }))

export const onTeam = (teamId: string, ...events: readonly TeamEvent[]): readonly Happening[] =>
  events.map((event) => ({ stream: `team-${teamId}`, event }))

/** Time of the event with this number, from 0. */
export const minute = (index: number): string => new Date(Date.parse('2026-03-01T12:00:00.000Z') + index * 60_000).toISOString()

/** The same as explanations write it. */
export const at = (index: number): string => minute(index).replace('.000Z', 'Z')

export const uploaded = (
  more: Partial<Extract<ProfileEvent, { type: 'ProfileUploaded' }>['data']> = {},
  targets: Partial<Targets> = {},
): ProfileEvent => ({
  type: 'ProfileUploaded',
  data: {
    ...{ name: 'Wi-Fi', identifier: 'com.example.a1', scope: 'System', checksum: 'a1-v1', size: 1, payloadTypes: [] },
    ...{ content: { gzip: '' }, teamId: '0', family: 'apple', targets: { ...everyHost, ...targets } },
    ...more,
  },
})

export const labelMade = (name: string, kind: 'dynamic' | 'manual' | 'host-vitals' = 'dynamic'): LabelEvent => ({
  type: 'LabelCreated',
  data: { ...definitionOf(name), kind },
})

export const definitionOf = (name: string, query = 'select 1'): LabelDefinition => ({
  ...{ name, description: '', platform: null, criteria: null },
  query,
})

export const membership = (change: Partial<Extract<HostEvent, { type: 'LabelMembershipChanged' }>['data']>): HostEvent => ({
  type: 'LabelMembershipChanged',
  data: { joined: [], left: [], learned: [], because: 'reported', ...change },
})

export const moved = (from: string, teamId: string): HostEvent => ({
  type: 'HostTransferred',
  data: { from, teamId, because: 'asked' },
})

/** What is explained of the profile a1 on the host 7 after all this. */
export const explained = (
  happenings: readonly (readonly Happening[])[],
  now: Circumstances | null = null,
): Explanation<ProfileStatus> => explainProfile(evidenceIn(happenings.flat(), 'a1', null), 'a1', now)

export const explainedCommand = (happenings: readonly (readonly Happening[])[], commandId: string, profileId: string | null) =>
  explainCommand(evidenceIn(happenings.flat(), profileId, commandId), { commandId, profileId }, null)

const evidenceIn = (happenings: readonly Happening[], profileId: string | null, commandId: string | null): Evidence => {
  const streams = grouped(happenings.map(recorded), ({ category, id }) => `${category}-${id}`)
  const of = <E extends AnyEvent>(stream: string) => (streams.get(stream) ?? []) as unknown as readonly Recorded<E>[]
  const all = <E extends AnyEvent>(category: string) =>
    new Map(
      [...streams.keys()]
        .filter((stream) => stream.startsWith(`${category}-`))
        .map((stream) => [stream.slice(category.length + 1), of<E>(stream)] as const),
    )
  const profile = profileId === null ? [] : of<ProfileEvent>(`profile-${profileId}`)
  const { now, before } = labelsNamedBy(profile)
  const labels = new Set([...now, ...before])
  const lists = [...all<LabelEvent>('label')].map(([id, events]) => [id, labelEventsAbout('7', events)] as const)
  return {
    host: gather(nothingGathered('7'), of<HostEvent>('host-7'), { profileId, commandId, labels }),
    profile,
    upload: null,
    labels: new Map(lists.filter(([id]) => labels.has(id))),
    teams: all<TeamEvent>('team'),
    secrets: of<SecretVariableEvent>('secretVariables-main'),
  }
}

const recorded = ({ stream, event, by = { kind: 'admin', id: 'Ada' } }: Happening, index: number): Recorded => {
  const hyphen = stream.indexOf('-')
  return {
    ...event,
    ...{ eventId: `event-${String(index)}`, category: stream.slice(0, hyphen), id: stream.slice(hyphen + 1), revision: index },
    ...{ position: String(index).padStart(16, '0'), at: minute(index) },
    metadata: {
      ...{ $correlationId: `change-${String(index)}`, $causationId: `cause-${String(index)}`, actor: by },
      ...{ at: minute(index), hostIds: [] },
    },
  }
}

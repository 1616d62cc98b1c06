import type { OfType, Position, Recorded } from '../../kernel/event.ts'
import type { HostEvent } from '../host/events.ts'
import type { Host } from '../host/host.ts'
import type { LabelEvent } from '../labels/events.ts'
import type { ProfileEvent } from '../profiles/events.ts'
import type { SecretVariableEvent } from '../secret-variables/events.ts'
import type { TeamEvent } from '../teams/events.ts'

/** What of a host's state explanations rest on. */
export type HostState = Pick<Host, 'enrollment' | 'membership' | 'merging' | 'labels' | 'hostProfiles' | 'declarations'>

/**
 * In which way an event of a host matters: how the host `is` at all, its enrollment, what it told of itself, its team, its labels, or the way of
 * the profile or command to it.
 */
export type Role = 'being' | 'enrollment' | 'facts' | 'team' | 'label' | 'delivery'

export type Kept = Readonly<{ role: Role; event: Recorded<HostEvent> }>

/** What a host's stream says of a subject: the events that matter, oldest first, and the state at the end of what was read. */
export type HostEvidence = Readonly<{
  id: string
  state: HostState
  kept: readonly Kept[]
  /** The commands that carried the subject in this enrollment. */
  commandIds: ReadonlySet<string>
  /** Since when the profile is counted on the host, or was when it last was; null: never in this enrollment. */
  begun: Position | null
}>

/** The events on which an explanation rests, all of them up to one moment. */
export type Evidence = Readonly<{
  host: HostEvidence
  /** Without the bytes. Empty for a command that is about no profile, and before the upload. */
  profile: readonly Recorded<ProfileEvent>[]
  /** The upload, where it came only after the moment. */
  upload: Recorded<ProfileEvent> | null
  /** Of the labels that the profile names or named, by id; of long lists only what is said of the host. */
  labels: ReadonlyMap<string, readonly Recorded<LabelEvent>[]>
  teams: ReadonlyMap<string, readonly Recorded<TeamEvent>[]>
  /** Of the secrets that are in the profile. */
  secrets: readonly Recorded<SecretVariableEvent>[]
}>

/** A profile's events without the bytes, which explain nothing. */
export const withoutBytes = (event: Recorded<ProfileEvent>): Recorded<ProfileEvent> =>
  'content' in event.data ? ({ ...event, data: { ...event.data, content: { gzip: '' } } } as Recorded<ProfileEvent>) : event

/** Every label that a profile names now, the ones decisive for it, and those that it named before. */
export const labelsNamedBy = (
  events: readonly Recorded<ProfileEvent>[],
): Readonly<{ now: readonly string[]; before: readonly string[] }> => {
  const named = events.flatMap((event) =>
    event.type === 'ProfileUploaded' || event.type === 'ProfileRetargeted' ? [labelsIn(event.data)] : [],
  )
  const now = [...new Set(named.at(-1) ?? [])]
  return { now, before: [...new Set(named.flat())].filter((label) => !now.includes(label)) }
}

const labelsIn = ({ targets }: Pick<OfType<ProfileEvent, 'ProfileUploaded'>['data'], 'targets'>): readonly string[] =>
  targets === undefined ? [] : [...targets.includeAll, ...targets.includeAny, ...targets.excludeAny]

/** The events of a label that say something to one host: of lists no more than whether this host is on them. */
export const labelEventsAbout = (hostId: string, events: readonly Recorded<LabelEvent>[]): readonly Recorded<LabelEvent>[] =>
  events.flatMap((event): readonly Recorded<LabelEvent>[] => {
    if (event.type !== 'LabelListed') return [event]
    const about = (list: readonly string[]) => list.filter((one) => one === hostId)
    const data = { joined: about(event.data.joined), left: about(event.data.left) }
    return data.joined.length + data.left.length === 0 ? [] : [{ ...event, type: 'LabelListed', data }]
  })

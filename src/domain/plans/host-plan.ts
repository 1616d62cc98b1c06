import type { Decider } from '../../kernel/decider.ts'
import type { DeclarationEvent } from '../declarations/events.ts'
import type { HostEvent } from '../host/events.ts'
import type { Host, HostCommand } from '../host/host.ts'
import type { DesiredProfile } from '../host-profiles/state.ts'

/** One version of a setting, on its way to a host or from it. */
export type PlannedSetting = Readonly<{ profileId: string; checksum: string }>

/** What a change leads to on one host: what is sent that would not be sent anyway. `refused` cannot be given to it. */
export type HostPlan = Readonly<{
  install: readonly PlannedSetting[]
  remove: readonly PlannedSetting[]
  refused: readonly PlannedSetting[]
}>

/** What a host is to have and may keep, now and after the change. */
export type Shift = Readonly<{ before: readonly DesiredProfile[]; after: readonly DesiredProfile[] }>

type Circumstances = Readonly<{ declarationsToken: string | null; now: string }>

/** Asks the rules of the host itself what they will decide, and takes away what they would decide without the change. */
export const planOfHost = (
  { decide, evolve }: Pick<Decider<HostCommand, HostEvent, Host>, 'decide' | 'evolve'>,
  state: Host,
  { before, after, ...circumstances }: Shift & Circumstances,
): HostPlan => {
  const decided = (desired: readonly DesiredProfile[]) => decidedFor({ decide, evolve }, state, { desired, ...circumstances })
  return withoutUsual(decided(after), decided(before))
}

/** What `then` says and `usual` does not. */
export const withoutUsual = (then: HostPlan, usual: HostPlan): HostPlan => {
  const rest = (list: 'install' | 'remove' | 'refused') =>
    then[list].filter(
      ({ profileId, checksum }) => !usual[list].some((one) => one.profileId === profileId && one.checksum === checksum),
    )
  return { install: rest('install'), remove: rest('remove'), refused: rest('refused') }
}

export const isNothing = ({ install, remove, refused }: HostPlan): boolean =>
  install.length + remove.length + refused.length === 0

const decidedFor = (
  { decide, evolve }: Pick<Decider<HostCommand, HostEvent, Host>, 'decide' | 'evolve'>,
  state: Host,
  data: Readonly<{ desired: readonly DesiredProfile[] }> & Circumstances,
): HostPlan => {
  const command: HostCommand = { type: 'ReconcileProfiles', data }
  const first = decide(command, state)
  const now = sumOf(first, state)
  if (now.remove.length === 0) return now
  // An installation in the other scope waits until the removal was acknowledged.
  const removed = now.remove.map(({ profileId }): HostEvent => ({
    type: 'ProfileRemoved',
    data: { profileId, because: 'removed' },
  }))
  const later = [...first, ...removed].reduce((before, event) => evolve(before, { ...event, at: data.now }), state)
  const then = sumOf(decide(command, later), later)
  return { ...now, install: [...now.install, ...then.install], refused: [...now.refused, ...then.refused] }
}

const sumOf = (events: readonly HostEvent[], state: Host): HostPlan => {
  const checksumOf = (profileId: string): string =>
    state.hostProfiles[profileId]?.checksum ?? state.declarations.assigned[profileId]?.checksum ?? ''
  const removed = (profileId: string): PlannedSetting => ({ profileId, checksum: checksumOf(profileId) })
  const requests = events.flatMap((event) =>
    event.type === 'CommandsQueued' ? event.data.commands.map(({ request }) => request) : [],
  )
  const declared = events.flatMap((event) => (event.type === 'DeclarationsAssigned' ? [event.data] : []))
  const assigned = declared.flatMap((data) => data.assigned)
  return {
    install: [
      ...requests.flatMap((request) => (request.kind === 'install-profile' ? [settingOf(request)] : [])),
      ...assigned
        .filter(({ missing, refused, told }) => missing === undefined && refused === undefined && told === undefined)
        .map(settingOf),
    ],
    remove: [
      ...requests.flatMap((request) =>
        request.kind === 'remove-profile' && request.profileId !== null ? [removed(request.profileId)] : [],
      ),
      ...declared.flatMap(({ withdrawn }) => withdrawn.map(removed)),
    ],
    refused: [
      ...events.flatMap((event) => (event.type === 'ProfileRefused' ? [settingOf(event.data)] : [])),
      ...assigned.filter(({ missing, refused }) => missing !== undefined || refused !== undefined).map(settingOf),
    ],
  }
}

type Assigned = Extract<DeclarationEvent, { type: 'DeclarationsAssigned' }>['data']['assigned'][number]

const settingOf = ({ profileId, checksum }: Pick<Assigned, 'profileId' | 'checksum'>): PlannedSetting => ({ profileId, checksum })

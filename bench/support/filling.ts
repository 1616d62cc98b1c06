import { randomUUID } from 'node:crypto'
import type { EventLog, NewEvent } from '../../src/app/ports.ts'
import { inParallel } from '../../src/app/in-parallel.ts'
import type { HostEvent } from '../../src/domain/host/events.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import { derivedId } from '../../src/kernel/ids.ts'

const seal = { keyId: 'bench', nonce: 'bench', sealed: 'bench' }

/** A profile that hosts took. */
export type TakenProfile = Readonly<{ profileId: string; identifier: string; checksum: string; scope: 'System' }>

/** So many profiles that no server knows. */
const profilesOfNobody = (count: number): readonly TakenProfile[] =>
  Array.from({ length: count }, (_, place) => ({
    profileId: `a${derivedId(`profile/${String(place)}`)}`,
    identifier: `com.example.${String(place)}`,
    checksum: 'c0ffee',
    scope: 'System',
  }))

/** A Mac that enrolled, and took these profiles: in the shapes that the domain decides. */
const lifeOf = (index: number, profiles: readonly TakenProfile[]): readonly HostEvent[] => {
  const hardwareId = derivedId(`filled/${String(index)}`).toUpperCase()
  const topic = 'com.apple.mgmt.External.bench'
  const wanted = profiles.map((profile, place) => ({
    commandId: derivedId(`${hardwareId}/${String(place)}`),
    channel: 'device',
    request: { kind: 'install-profile' as const, ...profile },
    reason: { code: 'profile-missing' as const },
  }))
  const facts = { serial: `S${String(index)}`, name: `Mac ${String(index)}`, productName: 'Mac14,7', osVersion: '12.7' }
  const channel = { channel: 'device', enrollmentId: hardwareId, topic, tokenFingerprint: hardwareId, push: seal }
  return [
    { type: 'HostDiscovered', data: { source: 'apple', hardwareId, platform: 'darwin', facts } },
    {
      type: 'EnrollmentStarted',
      data: { epoch: 1, enrollmentId: hardwareId, kind: 'device', topic, certificate: hardwareId, because: 'first-enrollment' },
    },
    { type: 'ChannelOpened', data: { ...channel, awaitingConfiguration: false, user: null } },
    ...(wanted.length === 0 ? [] : [{ type: 'CommandsQueued', data: { commands: wanted } } as const]),
    ...wanted.flatMap(({ commandId, request: { profileId, checksum } }): readonly HostEvent[] => [
      { type: 'CommandSent', data: { commandId } },
      { type: 'CommandAnswered', data: { commandId, outcome: 'acknowledged', errors: [], result: null, late: false } },
      { type: 'ProfileInstalled', data: { profileId, checksum, status: 'verifying' } },
    ]),
  ]
}

/** The first so many events of a Mac that has its profiles replaced over and over. */
export const longLife = (events: number): readonly HostEvent[] => {
  const life: HostEvent[] = [...lifeOf(0, [])]
  for (let round = 0; life.length < events; round++) {
    const commands = Array.from({ length: 15 }, (_, place) => ({
      commandId: derivedId(`long/${String(round)}/${String(place)}`),
      channel: 'device',
      request: {
        kind: 'install-profile' as const,
        profileId: `a${derivedId(`profile/${String(place)}`)}`,
        identifier: `com.example.${String(place)}`,
        checksum: `c${String(round)}`,
        scope: 'System' as const,
      },
      reason: { code: 'profile-changed' as const, from: `c${String(round - 1)}` },
    }))
    life.push({ type: 'CommandsQueued', data: { commands } })
    for (const { commandId, request } of commands)
      life.push(
        { type: 'CommandSent', data: { commandId } },
        { type: 'CommandAnswered', data: { commandId, outcome: 'acknowledged', errors: [], result: null, late: false } },
        { type: 'ProfileInstalled', data: { profileId: request.profileId, checksum: request.checksum, status: 'verifying' } },
      )
  }
  return life.slice(0, events)
}

/** Appends the lives of so many hosts, who join the label (its id) if there is one; answers how many events that are. */
export const fillLog = async (
  log: EventLog,
  hosts: Readonly<{
    from: number
    to: number
    profiles: number | readonly TakenProfile[]
    label?: (index: number) => string | null
  }>,
): Promise<number> => {
  const at = new Date().toISOString()
  const profiles = typeof hosts.profiles === 'number' ? profilesOfNobody(hosts.profiles) : hosts.profiles
  let events = 0
  const indexes = Array.from({ length: hosts.to - hosts.from }, (_, offset) => hosts.from + offset)
  await inParallel(indexes, 128, async (index) => {
    const label = hosts.label?.(index) ?? null
    const life = [...lifeOf(index, profiles), ...(label === null ? [] : [joining(label)])]
    const hardwareId = derivedId(`filled/${String(index)}`)
    const hostId = hostIdOf(hardwareId)
    const actor = { kind: 'device', id: hardwareId.toUpperCase() } as const
    const written = life.map((event): NewEvent => {
      const request = randomUUID()
      const metadata = { $correlationId: request, $causationId: request, actor, at, hostIds: [hostId] }
      return { ...event, eventId: randomUUID(), metadata }
    })
    await log.append(`host-${hostId}`, written, 'no_stream')
    events += written.length
  })
  return events
}

const joining = (label: string): HostEvent => ({
  type: 'LabelMembershipChanged',
  data: { joined: [label], left: [], learned: [], because: 'listed' },
})

/** Appends hosts that have answered so many commands each, in few events; answers how many events that are. */
export const fillHistory = async (
  log: EventLog,
  { hosts, commandsEach }: Readonly<{ hosts: number; commandsEach: number }>,
): Promise<number> => {
  const at = new Date().toISOString()
  let events = 0
  await inParallel(
    Array.from({ length: hosts }, (_, index) => index),
    64,
    async (index) => {
      const enrolling = lifeOf(index, [])
      const commandIds = Array.from({ length: commandsEach }, () => randomUUID())
      const life: readonly HostEvent[] = [
        ...enrolling,
        {
          type: 'CommandsQueued',
          data: {
            commands: commandIds.map((commandId) => ({
              commandId,
              channel: 'device',
              request: { kind: 'list-profiles' },
              reason: { code: 'asked' },
            })),
          },
        },
        ...commandIds.map((commandId): HostEvent => ({
          type: 'CommandAnswered',
          data: { commandId, outcome: 'acknowledged', errors: [], result: null, late: false },
        })),
      ]
      const hostId = hostIdOf(derivedId(`filled/${String(index)}`))
      const metadata = {
        ...{ $correlationId: 'bench', $causationId: 'bench', at, hostIds: [hostId] },
        actor: { kind: 'device', id: 'bench' } as const,
      }
      await log.append(
        `host-${hostId}`,
        life.map((event): NewEvent => ({ ...event, eventId: randomUUID(), metadata })),
        'no_stream',
      )
      events += life.length
    },
  )
  return events
}

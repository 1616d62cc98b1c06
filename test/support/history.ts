import { recentKeys } from '../../src/kernel/recent.ts'
import { memoryEventLog } from '../../src/adapters/memory/event-log.ts'
import type { Execute, Load } from '../../src/app/execute.ts'
import { executor } from '../../src/app/execute.ts'
import type { EventLog } from '../../src/app/ports.ts'
import { certificate } from '../../src/domain/certificates/certificate.ts'
import type { CommandOutcome } from '../../src/domain/commands/events.ts'
import type { Request } from '../../src/domain/commands/requests.ts'
import type { HostCommand } from '../../src/domain/host/host.ts'
import { host } from '../../src/domain/host/host.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import type { DesiredProfile } from '../../src/domain/host-profiles/state.ts'
import { names } from '../../src/domain/names/names.ts'
import { platformOf } from '../../src/domain/platforms.ts'
import { profile } from '../../src/domain/profiles/profile.ts'
import { security } from '../../src/domain/server/security.ts'
import { server, theServer } from '../../src/domain/server/server.ts'
import { noTeam } from '../../src/domain/teams/events.ts'
import { team } from '../../src/domain/teams/team.ts'
import type { Cause } from '../../src/kernel/event.ts'
import { Rejection } from '../../src/kernel/rejection.ts'
import type { Random } from '../../src/simulators/random.ts'
import { random } from '../../src/simulators/random.ts'
import { identityOf, sealedAs } from './host-stories.ts'

export type History = Readonly<{ log: EventLog; load: Load; hostIds: readonly string[] }>

/** How large a random history is. Hosts, teams and profiles are few, so that everything happens to each of them. */
export type HistorySize = Readonly<{ events: number; hosts: number; teams: number; profiles: number }>

/**
 * A random, valid history: the real deciders answer random commands, and what they reject does not happen. The same seed makes the same
 * history. It takes about 0.1 ms per event.
 */
export const makeHistory = async (
  seed: string,
  size: HistorySize = { events: 1500, hosts: 30, teams: 3, profiles: 8 },
  log: EventLog = memoryEventLog(),
): Promise<History> => {
  const luck = random(seed)
  let now = Date.parse('2026-03-01T08:00:00.000Z')
  const world: World = { ...executor(log, () => new Date(now)), luck, size, causes: 0, desired: new Map(), now: () => now }
  for (let told = 0; told < size.events;) {
    now += luck.below(60_000)
    told += await happen(world)
  }
  return { log, load: world.load, hostIds: devicesOf(size).map(({ hostId }) => hostId) }
}

type World = {
  readonly execute: Execute
  readonly load: Load
  readonly luck: Random
  readonly size: HistorySize
  readonly now: () => number
  /** What each team's hosts should have, as an obvious twin of the read models would say. */
  readonly desired: Map<string, Map<string, DesiredProfile>>
  causes: number
}

/** Lets one thing happen; answers how many events it led to. */
const happen = async (world: World): Promise<number> => {
  const roll = world.luck.below(100)
  if (roll < 10) return enroll(world)
  if (roll < 35) return reconcileOne(world)
  if (roll < 75) return callOne(world)
  if (roll < 82) return changeSettings(world)
  if (roll < 92) return lifeOfOne(world)
  if (roll < 95) return changeTeams(world)
  return changeServer(world)
}

const causeOf = (world: World): Cause => {
  const id = `history/${String(world.causes++)}`
  return {
    id,
    actor: { kind: world.luck.pick(['admin', 'device', 'worker']), id: 'history' },
    correlationId: id,
    causationId: id,
  }
}

const attempt = async (executing: Promise<Readonly<{ events: readonly unknown[] }>>): Promise<number> => {
  try {
    return (await executing).events.length
  } catch (error) {
    if (error instanceof Rejection) return 0
    throw error
  }
}

const tell = (world: World, hostId: string, command: HostCommand): Promise<number> =>
  attempt(world.execute(host, hostId, command, causeOf(world)))

type Device = Readonly<{ udid: string; hostId: string; productName: string }>

const products = ['Mac14,7', 'iPhone15,2', 'iPad13,1'] as const

const devicesOf = ({ hosts }: HistorySize): readonly Device[] =>
  Array.from({ length: hosts }, (_, index) => {
    const udid = `UDID-${String(index).padStart(4, '0')}`
    return { udid, hostId: hostIdOf(udid), productName: products[index % 5] ?? 'Mac14,7' }
  })

const someDevice = ({ luck, size }: World): Device => {
  const devices = devicesOf(size)
  return devices[luck.below(devices.length)] ?? { udid: 'UDID-0000', hostId: hostIdOf('UDID-0000'), productName: 'Mac14,7' }
}

const topic = 'com.apple.mgmt.External.history'

const enroll = async (world: World): Promise<number> => {
  const { udid, hostId, productName } = someDevice(world)
  const { luck } = world
  const facts = {
    serial: `S${udid}`,
    productName,
    osVersion: `15.${String(luck.below(4))}`,
    ...(luck.chance(0.5) ? { name: 'Atlas' } : {}),
  }
  const [kind, platform, identity] = ['device', platformOf(productName), `certificate-${udid}-${String(luck.below(3))}`] as const
  const said = { hardwareId: udid, enrollmentId: udid, kind, platform, facts, topic, identity: identityOf(identity) } as const
  const bound = await attempt(
    world.execute(certificate, identity, { type: 'BindCertificate', data: { hostId, enrollmentId: udid } }, causeOf(world)),
  )
  const begun = await tell(world, hostId, { type: 'Authenticate', data: said })
  return bound + begun + (luck.chance(0.9) ? await updateToken(world, { udid, hostId, productName }, 'device') : 0)
}

const updateToken = ({ luck, ...world }: World, { udid, hostId }: Device, channel: string): Promise<number> => {
  const token = `${channel}-${String(luck.below(4))}`
  const data = {
    ...{ channel, enrollmentId: channel === 'device' ? udid : channel, topic, tokenFingerprint: token, push: sealedAs(token) },
    awaitingConfiguration: luck.chance(0.1),
    user: channel === 'device' ? null : { shortName: 'ada', longName: 'Ada' },
    unlockToken: luck.chance(0.2) ? { fingerprint: token, sealed: sealedAs('unlock') } : null,
    identity: identityOf(`certificate-${udid}-${String(luck.below(3))}`),
  }
  return tell({ luck, ...world }, hostId, { type: 'UpdateToken', data })
}

const reconcileOne = async (world: World): Promise<number> => {
  const { hostId } = someDevice(world)
  const { state } = await world.load(host, hostId)
  const desired = [...(world.desired.get(state.membership.teamId)?.values() ?? [])]
  return tell(world, hostId, { type: 'ReconcileProfiles', data: { desired, now: new Date(world.now()).toISOString() } })
}

/** A device calls: takes some commands, each as it likes. */
const callOne = async (world: World): Promise<number> => {
  const { luck } = world
  const { hostId } = someDevice(world)
  const { state } = await world.load(host, hostId)
  let told = 0
  for (const commandId of [...state.commands.waiting.keys()].slice(0, 1 + luck.below(4))) {
    told += await tell(world, hostId, { type: 'SendCommand', data: { commandId } })
    if (luck.chance(0.05)) continue
    const outcome = luck.pick<CommandOutcome | 'deferred'>([
      'acknowledged',
      'acknowledged',
      'acknowledged',
      'failed',
      'deferred',
      'malformed',
    ])
    const errors = outcome === 'failed' ? [{ code: luck.pick([89, 12, 1000]), domain: 'MDMClientError', description: 'No.' }] : []
    const result = luck.chance(0.2) ? sealedAs('result') : null
    told += await tell(world, hostId, { type: 'ReportCommand', data: { commandId, outcome, errors, result } })
  }
  if (luck.chance(0.05)) {
    const commandId = luck.pick(['stranger', ...recentKeys(state.commands.settled)])
    told += await tell(world, hostId, {
      type: 'ReportCommand',
      data: { commandId, outcome: 'acknowledged', errors: [], result: null },
    })
  }
  return told
}

const lifeOfOne = async (world: World): Promise<number> => {
  const { luck, size } = world
  const device = someDevice(world)
  const roll = luck.below(7)
  if (roll < 2)
    return tell(world, device.hostId, {
      type: 'TransferHost',
      data: { teamId: String(luck.below(size.teams + 1)), because: 'asked' },
    })
  if (roll === 2) return updateToken(world, device, `${device.udid}:USER`)
  if (roll === 3) return updateToken(world, device, 'device')
  if (roll === 4 && luck.chance(0.4))
    return tell(world, device.hostId, { type: 'EndEnrollment', data: { because: 'checked-out' } })
  if (roll === 5) {
    const { state } = await world.load(host, device.hostId)
    const profileId = luck.pick(['nothing', ...Object.keys(state.hostProfiles)])
    return tell(world, device.hostId, { type: 'ResendProfile', data: { profileId } })
  }
  const request: Request = luck.pick<Request>([
    { kind: 'list-profiles' },
    { kind: 'describe-device', queries: ['OSVersion'] },
    { kind: 'raw', requestType: 'DeviceLock', payload: sealedAs('payload') },
  ])
  const command = { commandId: `asked-${String(world.causes)}`, channel: 'device', request, reason: { code: 'asked' } } as const
  return tell(world, device.hostId, { type: 'QueueCommands', data: { commands: [command] } })
}

/** Teams share identifiers and some bytes, so that hosts that move keep, replace and lose profiles. */
const changeSettings = async (world: World): Promise<number> => {
  const { luck, size } = world
  const teamId = String(luck.below(size.teams + 1))
  const number = luck.below(Math.ceil(size.profiles / 2))
  const identifier = `com.example.${String(number)}`
  const profileId = `a-${teamId}-${String(number)}`
  const checksum = `${identifier}-v${String(luck.below(2))}`
  const scope = number === 0 ? ('User' as const) : ('System' as const)
  const content = { gzip: Buffer.from(checksum).toString('base64') }
  const version = {
    name: `Profile ${String(number)}`,
    identifier,
    scope,
    checksum,
    size: 100,
    payloadTypes: ['com.example'],
    content,
  }
  const mine = world.desired.get(teamId) ?? new Map<string, DesiredProfile>()
  world.desired.set(teamId, mine)
  if (mine.has(profileId) && luck.chance(0.3)) {
    mine.delete(profileId)
    return attempt(world.execute(profile, profileId, { type: 'DeleteProfile', data: { because: 'asked' } }, causeOf(world)))
  }
  const known = mine.has(profileId)
  mine.set(profileId, { profileId, identifier, checksum, scope })
  if (known) return attempt(world.execute(profile, profileId, { type: 'EditProfile', data: version }, causeOf(world)))
  const data = { ...version, teamId, family: 'apple' as const }
  return attempt(world.execute(profile, profileId, { type: 'UploadProfile', data }, causeOf(world)))
}

const changeTeams = async (world: World): Promise<number> => {
  const { luck, size } = world
  const teamId = String(1 + luck.below(size.teams))
  const data = { name: `Team ${teamId}`, description: luck.pick(['', 'With a view', 'Downstairs']) }
  const { state } = await world.load(team, teamId)
  if (state.stage === 'absent') return attempt(world.execute(team, teamId, { type: 'CreateTeam', data }, causeOf(world)))
  if (!luck.chance(0.06)) return attempt(world.execute(team, teamId, { type: 'RenameTeam', data }, causeOf(world)))
  let told = await attempt(world.execute(team, teamId, { type: 'DeleteTeam', data: {} }, causeOf(world)))
  const because = 'team-deleted' as const
  for (const { hostId } of devicesOf(size))
    told += await tell(world, hostId, { type: 'TransferHost', data: { teamId: noTeam, because, from: teamId } })
  for (const profileId of world.desired.get(teamId)?.keys() ?? [])
    told += await attempt(world.execute(profile, profileId, { type: 'DeleteProfile', data: { because } }, causeOf(world)))
  world.desired.delete(teamId)
  return told
}

const changeServer = (world: World): Promise<number> => {
  const { luck } = world
  const tokenHash = luck.pick(['aa', 'bb', 'cc'])
  const notAfter = new Date(world.now() + 86_400_000).toISOString()
  const serial = String(luck.below(10))
  const issued = { serial, subject: `CN=${serial}`, notAfter, certificate: 'MIIB', transactionId: serial, csrHash: serial }
  const issue = { type: 'IssueCertificate', data: issued } as const
  const revoke = { type: 'RevokeCertificate', data: { because: 'asked' } } as const
  const roll = luck.below(6)
  const on = (command: Parameters<typeof server.decide>[0]) => attempt(world.execute(server, theServer, command, causeOf(world)))
  if (roll === 0)
    return on({ type: 'IssueApiToken', data: { name: tokenHash, role: luck.pick(['admin', 'observer']), tokenHash } })
  if (roll === 1) return on({ type: 'RevokeApiToken', data: { tokenHash } })
  if (roll === 2) return on(luck.pick(authorityCommands))
  if (roll === 3) {
    const push = { topic, certificatePem: `pem-${serial}`, key: sealedAs('push'), notAfter, replaceTopic: false }
    return on({ type: 'UploadPushCertificate', data: push })
  }
  if (roll === 4)
    return attempt(world.execute(certificate, `issued-${serial}`, luck.chance(0.2) ? revoke : issue, causeOf(world)))
  if (luck.chance(0.5))
    return attempt(
      world.execute(names, 'teams', { type: 'ClaimNames', data: { holder: serial, names: [`n${serial}`] } }, causeOf(world)),
    )
  const refusal = {
    why: 'signature-invalid',
    enrollmentId: 'x',
    certificate: null,
    messageType: 'Idle',
    address: '127.0.0.1',
  } as const
  return attempt(world.execute(security, '2026-03-01', { type: 'RecordRefusal', data: refusal }, causeOf(world)))
}

const madeAs = (fingerprint: string) => ({ fingerprint, certificatePem: 'pem', key: sealedAs('authority') })

type ServerCommand = Parameters<typeof server.decide>[0]

const authorityCommands: readonly [ServerCommand, ...ServerCommand[]] = [
  { type: 'CreateAuthority', data: madeAs('aa') },
  { type: 'PrepareAuthority', data: madeAs('bb') },
  { type: 'RollOverAuthority', data: { to: 'bb' } },
  { type: 'ImportAuthority', data: { ...madeAs('cc'), key: null, as: 'trusted' } },
  { type: 'ImportAuthority', data: { ...madeAs('cc'), as: 'issuer' } },
  { type: 'RecordAuthorityExport', data: { fingerprint: 'aa' } },
  { type: 'RetireAuthority', data: { fingerprint: 'aa' } },
]

import { randomBytes } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { AgentKind } from '../../domain/agents/events.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
import type { Host } from '../../domain/host/host.ts'
import { host } from '../../domain/host/host.ts'
import type { Platform } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import { derivedId } from '../../kernel/ids.ts'
import { hostsByIdentifier } from '../../projections/host-directory.ts'
import { enrolledTwins } from '../../projections/windows-enrollments.ts'
import { tellsMachine } from '../../protocols/osquery/hardware.ts'
import { refuse } from '../errors.ts'
import { isSerial, mergeBySerial } from '../windows/linking.ts'
import type { KnownAgents } from './known-agents.ts'
import { keyHashOf } from './known-agents.ts'

/** What an agent calls its machine; null: it does not say. */
export type Identifiers = Readonly<{
  uuid: string | null
  serial: string | null
  /** Of the installation of the agent, not of the machine. */
  instanceId: string | null
  /** Whether it is set to be known by its instance (`--host_identifier=instance`). */
  byInstance: boolean
}>

export type Arrival = Readonly<{
  agent: AgentKind
  identifiers: Identifiers
  platform: Platform
  facts: HostFacts
  version: string | null
  teamId: string
}>

/** Takes an agent in that showed a right secret, and answers its node key. */
export const arriving = (app: App, agents: KnownAgents, causeOf: (agent: AgentKind, id: string) => Cause) => {
  /** The host itself, or the one that lives on in its place. */
  const livingHost = async (hostId: string): Promise<string> => (await app.load(host, hostId)).state.merging.into ?? hostId

  /** A Windows device that enrolled before its agent came has a record of its own: the one of this serial number, if there is just one. */
  const deviceBeside = async (hostId: string, { enrollment }: Host): Promise<string | null> => {
    const { platform, stage, facts } = enrollment
    if (platform !== 'windows' || stage === 'enrolled' || facts.serial === undefined || !isSerial(facts.serial)) return null
    const [twin, another] = await app.read(enrolledTwins(hostId, facts.serial))
    return twin === undefined || another !== undefined ? null : twin.host_id
  }

  /**
   * By its hardware id, if that tells machines apart. An agent that is to be known by its instance is a host of its own as soon as another instance
   * has its hardware id.
   */
  const hardwareIdOf = async (identifiers: Identifiers): Promise<string> => {
    const { uuid, instanceId, byInstance } = identifiers
    if (uuid === null || uuid === '') return bySerial(identifiers)
    if (!tellsMachine(uuid)) return withoutHardwareId(identifiers)
    if (!byInstance || instanceId === null) return uuid.toUpperCase()
    return (await isOfAnother(uuid, instanceId)) ? instanceId.toUpperCase() : uuid.toUpperCase()
  }

  /** A Mac that does not tell it: by its serial number, if exactly one host has that. */
  const bySerial = async ({ serial }: Identifiers): Promise<string> => {
    if (serial === null) return refuse(400, 'hardware_uuid', 'The agent tells neither a hardware id nor a serial number.')
    const [found, second] = await app.read(hostsByIdentifier('', serial))
    if (found === undefined || second !== undefined)
      return refuse(400, 'hardware_uuid', 'The agent tells no hardware id, and its serial number is no host’s.')
    return found.hardware_id
  }

  /** A board with a placeholder for its hardware id: by the instance if the agent is set so, by its serial number, by the instance after all. */
  const withoutHardwareId = async ({ uuid, serial, instanceId, byInstance }: Identifiers): Promise<string> => {
    const instance = instanceId !== null && tellsMachine(instanceId) ? instanceId.toUpperCase() : null
    if (byInstance && instance !== null) return instance
    if (serial !== null && isSerial(serial)) {
      const [found, second] = await app.read(hostsByIdentifier('', serial))
      // One record may stand for many machines that were thought to be one.
      if (found === undefined || !tellsMachine(found.hardware_id))
        return derivedId(`serial/${serial.toUpperCase()}`).toUpperCase()
      if (second === undefined) return found.hardware_id
    }
    return (
      instance ??
      refuse(
        400,
        'hardware_uuid',
        `Many boards have the hardware id ${uuid ?? ''}, and the agent tells no serial number of its own; set --host-identifier=instance.`,
      )
    )
  }

  const isOfAnother = async (uuid: string, instanceId: string): Promise<boolean> => {
    const { agents: seen } = (await app.load(host, await livingHost(hostIdOf(uuid)))).state
    const instances = Object.values(seen.latest).flatMap((enrollings) => enrollings.map((one) => one.instanceId))
    return instances.length === 0 ? seen.conflictAt !== null : !instances.includes(instanceId)
  }

  return async ({ agent, identifiers, platform, ...told }: Arrival): Promise<string> => {
    const hardwareId = await hardwareIdOf(identifiers)
    const nodeKey = randomBytes(24).toString('base64url')
    const own = hostIdOf(hardwareId)
    const hostId = await livingHost(own)
    const { instanceId } = identifiers
    const data = { ...told, agent, instanceId, hardwareId, platform, keyHash: keyHashOf(nodeKey) } as const
    const cause = causeOf(agent, hardwareId)
    // A merge that was cut off between its two records is finished here.
    if (hostId !== own)
      await app.execute(host, hostId, { type: 'AbsorbHost', data: { hostId: own, hardwareId, because: 'serial' } }, cause)
    const { state } = await app.execute(host, hostId, { type: 'EnrollAgent', data }, cause)
    const twin = await deviceBeside(hostId, state)
    const into = twin !== null && (await mergeBySerial(app, { hostId, hardwareId, into: twin }, cause)) ? twin : hostId
    if (into !== hostId) await app.execute(host, into, { type: 'EnrollAgent', data }, cause)
    agents.remember(nodeKey, { hostId: into, platform, kind: agent })
    return nodeKey
  }
}

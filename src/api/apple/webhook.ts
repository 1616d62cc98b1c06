import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { Tally } from '../../app/webhook-ports.ts'
import type { CheckIn } from '../../protocols/apple/check-in.ts'
import type { Report } from '../../protocols/apple/command-report.ts'
import type { EnrollmentIds, EnrollmentKind } from '../../protocols/apple/enrollment-ids.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import { isDict } from '../../protocols/plist/value.ts'
import { writePlist } from '../../protocols/plist/write.ts'

/** A message of a device that was taken in. `params` are of its URL; `opens`: it began an enrollment, or opened its channel. */
export type Heard = Readonly<{
  message: CheckIn | Report
  body: Uint8Array
  params: Readonly<Record<string, string>>
  opens: boolean
}>

/** Tells another system of what a device said, after it was taken in. Never fails the device. */
export type TellWebhook = (heard: Heard) => Promise<void>

type Ports = Pick<App, 'vault' | 'work' | 'clock' | 'logger' | 'outboxes'>

/** Keys whose values are left out of what is told, unless the configuration says otherwise. */
const secretKeys = ['Token', 'PushMagic', 'UnlockToken', 'BootstrapToken']

/**
 * Check-ins and command results in the form of NanoMDM's webhook. Each is kept, sealed, until a worker has delivered it: a receiver that is
 * away is told later, in order, and nobody waits for it. `idle`: of devices that ask for a command and answer none, too.
 * https://github.com/micromdm/nanomdm/blob/v0.9.0/service/webhook/event.json
 */
export const webhookTeller =
  (
    { outboxes, vault, work, clock, logger }: Ports,
    { secrets, idle }: Readonly<{ secrets: boolean; idle: boolean }>,
  ): TellWebhook =>
  async (heard) => {
    const { message, body } = heard
    if (!('MessageType' in message) && message.Status === 'Idle' && !idle) return
    const { enrollmentId, parentId } = message.ids
    // What happens to a device and to its users is one story.
    const line = parentId ?? enrollmentId
    const outbox = outboxes.devices
    try {
      const counted = await countedBy(heard, outbox.tallyOf)
      const event = eventOf(heard, secrets ? body : withoutSecrets(body), counted)
      const told = { ...event, event_id: randomUUID(), created_at: clock().toISOString() }
      const sealed = await vault.seal('server', 'webhook', Buffer.from(JSON.stringify(told)))
      if (await outbox.put(line, sealed, counted ?? undefined))
        await work.addNow([{ kind: 'deliver-webhook', key: line, causeId: told.event_id, correlationId: told.event_id }])
      else logger.error({ enrollmentId }, 'the webhook was not told: too much waits for its receiver')
    } catch (error) {
      logger.error({ err: error, enrollmentId }, 'the webhook was not told')
    }
  }

/**
 * The count of TokenUpdates begins anew with Authenticate, but not with that of a renewal. An enrollment that is older than the webhook has sent its
 * first one long ago.
 */
const countedBy = async (
  { message, opens }: Heard,
  tallyOf: (enrollmentId: string) => Promise<number | null>,
): Promise<Tally | null> => {
  if (!('MessageType' in message)) return null
  const { enrollmentId } = message.ids
  if (message.MessageType === 'Authenticate') return opens ? { enrollmentId, tally: 0, users: true } : null
  if (message.MessageType !== 'TokenUpdate') return null
  const before = (await tallyOf(enrollmentId)) ?? (opens ? 0 : 1)
  return { enrollmentId, tally: before + 1, users: false }
}

const eventOf = ({ message, params }: Heard, body: Uint8Array, counted: Tally | null): object => {
  const common = {
    ...whoIs(message.ids),
    ids: idsOf(message.ids),
    ...(Object.keys(params).length > 0 && { url_params: params }),
    raw_payload: Buffer.from(body).toString('base64'),
  }
  if ('MessageType' in message) {
    const tally = message.MessageType === 'TokenUpdate' && counted !== null && { token_update_tally: counted.tally }
    return { topic: `mdm.${message.MessageType}`, checkin_event: { ...common, ...tally } }
  }
  const { Status: status, CommandUUID } = message
  const command = CommandUUID !== null && { command_uuid: CommandUUID }
  return { topic: 'mdm.Connect', acknowledge_event: { ...common, status, ...command } }
}

const whoIs = ({ udid, enrollmentId, parentId }: EnrollmentIds) =>
  udid === null ? { enrollment_id: parentId ?? enrollmentId } : { udid }

const idsOf = ({ kind, enrollmentId, parentId }: EnrollmentIds) => ({
  id: enrollmentId,
  ...(parentId !== null && { parent_id: parentId }),
  type: typeNames[kind],
})

/** How NanoMDM calls them: https://github.com/micromdm/nanomdm/blob/v0.9.0/mdm/enrollment.go */
const typeNames: Readonly<Record<EnrollmentKind, string>> = {
  device: 'Device',
  user: 'User',
  'shared-ipad-user': 'Shared iPad',
  'user-enrollment-device': 'User Enrollment (Device)',
  'user-enrollment-user': 'User Enrollment',
}

const withoutSecrets = (body: Uint8Array): Uint8Array => {
  const message = readPlist(body)
  if (!isDict(message) || !secretKeys.some((key) => key in message)) return body
  return Buffer.from(writePlist(Object.fromEntries(Object.entries(message).filter(([key]) => !secretKeys.includes(key)))))
}

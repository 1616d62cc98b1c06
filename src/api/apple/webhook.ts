import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { Outbox } from '../../app/operational-ports.ts'
import type { CheckIn } from '../../protocols/apple/check-in.ts'
import type { Report } from '../../protocols/apple/command-report.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import { isDict } from '../../protocols/plist/value.ts'
import { writePlist } from '../../protocols/plist/write.ts'

/** Tells another system of what a device said, after it was taken in. Never fails the device. */
export type TellWebhook = (message: CheckIn | Report, body: Uint8Array) => Promise<void>

type Ports = Pick<App, 'vault' | 'work' | 'clock' | 'logger'> & Readonly<{ outbox: Outbox }>

/** Keys whose values are left out of what is told, unless the configuration says otherwise. */
const secretKeys = ['Token', 'PushMagic', 'UnlockToken', 'BootstrapToken']

/**
 * Check-ins and command results in the form of NanoMDM's webhook. Each is kept, sealed, until a worker has delivered it: a receiver that is
 * away is told later, in order, and nobody waits for it. https://github.com/micromdm/nanomdm/blob/main/docs/operations-guide.md
 */
export const webhookTeller =
  ({ outbox, vault, work, clock, logger }: Ports, { secrets }: Readonly<{ secrets: boolean }>): TellWebhook =>
  async (message, body) => {
    const event = eventOf(message, secrets ? body : withoutSecrets(body))
    if (event === null) return
    const { enrollmentId } = message.ids
    try {
      const told = { ...event, event_id: randomUUID(), created_at: clock().toISOString() }
      const sealed = await vault.seal('server', 'webhook', Buffer.from(JSON.stringify(told)))
      if (await outbox.put(enrollmentId, sealed))
        await work.addNow([{ kind: 'deliver-webhook', key: enrollmentId, causeId: told.event_id, correlationId: told.event_id }])
      else logger.error({ enrollmentId }, 'the webhook was not told: too much waits for its receiver')
    } catch (error) {
      logger.error({ err: error, enrollmentId }, 'the webhook was not told')
    }
  }

const eventOf = (message: CheckIn | Report, body: Uint8Array): object | null => {
  const raw = Buffer.from(body).toString('base64')
  const { udid, enrollmentId, parentId } = message.ids
  const who = udid === null ? { enrollment_id: parentId ?? enrollmentId } : { udid }
  if ('MessageType' in message)
    return { topic: `mdm.${message.MessageType}`, checkin_event: { ...who, url_params: {}, raw_payload: raw } }
  if (message.Status === 'Idle') return null
  return {
    topic: 'mdm.Connect',
    acknowledge_event: {
      ...who,
      status: message.Status,
      ...(message.CommandUUID === null ? {} : { command_uuid: message.CommandUUID }),
      url_params: {},
      raw_payload: raw,
    },
  }
}

const withoutSecrets = (body: Uint8Array): Uint8Array => {
  const message = readPlist(body)
  if (!isDict(message) || !secretKeys.some((key) => key in message)) return body
  return Buffer.from(writePlist(Object.fromEntries(Object.entries(message).filter(([key]) => !secretKeys.includes(key)))))
}

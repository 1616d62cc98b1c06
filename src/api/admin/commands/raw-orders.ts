import type { App } from '../../../app/app.ts'
import type { HostCommand } from '../../../domain/host/host.ts'
import { deviceChannel } from '../../../domain/platforms.ts'
import type { Cause } from '../../../kernel/event.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import type { PlistDict } from '../../../protocols/plist/value.ts'
import { hostNeeds } from './command-needs.ts'
import { deadlineFrom, sealedPin } from './orders.ts'
import type { RawCommand } from './raw-command.ts'
import { requestOf } from './raw-command.ts'

type Asked = Readonly<{ raw: RawCommand; hostId: string; commandId: string; cause: Cause; channel?: string }>

/**
 * What an admin's own plist asks of the domain. Commands that lock, unlock or wipe go through the rules for these, whoever wrote them: their
 * PIN is kept and shown as any other, and no second one replaces it.
 */
export const orderOf = async (app: Pick<App, 'blobs' | 'vault' | 'clock'>, asked: Asked): Promise<HostCommand> => {
  const { raw, hostId, commandId, cause, channel = deviceChannel } = asked
  const deadline = deadlineFrom(app.clock())
  const order = { commandId, deadline }
  const special = Object.hasOwn(specials, raw.requestType) ? specials[raw.requestType] : undefined
  if (special === undefined || channel !== deviceChannel) {
    const request = await requestOf(raw, seal)
    const needs = hostNeeds(raw)
    const until = needs.until === undefined ? {} : { until: needs.until }
    const queued = { commandId, channel, request, reason: { code: 'asked' }, deadline, ...until } as const
    return { type: 'QueueCommands', data: { commands: [queued], needs, fresh: true } }
  }
  if (special === 'unlock') return { type: 'UnlockHost', data: order }
  const typed = pinIn(raw.command)
  const pin = typed === null ? null : await sealedPin(app, hostId, commandId, typed)
  const written = { kind: 'raw', requestType: raw.requestType, payload: await seal() } as const
  const data = { ...order, raw: written, pin }
  return special === 'lock'
    ? { type: 'LockHost', data: { ...data, message: null, phoneNumber: null, footnote: null } }
    : { type: 'WipeHost', data: { ...data, obliteration: null } }

  function seal() {
    return app.blobs.keepSealed(hostId, `command/${commandId}`, raw.bytes, cause)
  }
}

const specials: Readonly<Record<string, 'lock' | 'unlock' | 'wipe'>> = {
  DeviceLock: 'lock',
  EnableLostMode: 'lock',
  DisableLostMode: 'unlock',
  EraseDevice: 'wipe',
}

const pinIn = ({ PIN }: PlistDict): string | null => {
  if (PIN === undefined) return null
  if (typeof PIN !== 'string' || !/^\d{6}$/.test(PIN)) throw new ParseError('PIN', 'The PIN is no text of six digits.')
  return PIN
}

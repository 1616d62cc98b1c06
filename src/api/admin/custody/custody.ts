import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Host, HostCommand } from '../../../domain/host/host.ts'
import { host } from '../../../domain/host/host.ts'
import { deviceChannel } from '../../../domain/platforms.ts'
import { escrowedSecretsOf } from '../../../projections/escrowed-secrets.ts'
import { bodyOf, numberText, paramOf, queryOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import { custodyJson } from './custody-presentation.ts'
import type { Caller, Handlers } from '../deps.ts'
import { hostNeeds } from '../commands/command-needs.ts'
import { deadlineFrom, existingHost, randomPin, sealedPin } from '../commands/orders.ts'

const words = (most: number) =>
  z
    .string()
    .max(most)
    .nullish()
    .transform((text) => (text === undefined || text === '' ? null : text))

export const lockBody = z.object({ message: words(500), phone_number: words(50), footnote: words(200) })

export const wipeBody = z.object({
  windows: z.object({ wipe_type: z.enum(['doWipe', 'doWipeProtected']) }).nullish(),
  obliteration_behavior: z.enum(['Default', 'DoNotObliterate', 'ObliterateWithWarning', 'Always']).nullish(),
})

/** A truth in a query, as scripts write it. */
const truth = z
  .enum(['true', 'false', '1', '0'])
  .default('false')
  .transform((text) => text === 'true' || text === '1')

export const lockQuery = z.object({ view_pin: truth.describe('Answer with the PIN.') })

export const secretFingerprint = z.string().regex(/^[0-9a-f]{64}$/, 'This is no SHA-256 in lower-case hex.')

type CustodyRoutes = Pick<
  Handlers,
  | 'POST /hosts/:id/lock'
  | 'POST /hosts/:id/unlock'
  | 'POST /hosts/:id/wipe'
  | 'GET /hosts/:id/lock/pin'
  | 'POST /hosts/:id/clear_passcode'
  | 'POST /hosts/:id/location'
  | 'GET /hosts/:id/escrowed_secrets'
  | 'POST /hosts/:id/escrowed_secrets/:fingerprint/views'
>

/** Locking, unlocking, wiping, finding. Every look at a PIN is an event. */
export const custodyRoutes = (app: App): CustodyRoutes => {
  const hostIn = async (request: Request): Promise<string> => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    return hostId
  }

  const order = async (hostId: string, command: HostCommand, caller: Caller) => app.execute(host, hostId, command, caller.cause)

  /** The PIN that is in force or on its way, and the trace of having shown it. */
  const viewPin = async (hostId: string, caller: Caller) => {
    const executed = await order(hostId, { type: 'ViewPin', data: {} }, caller)
    const { pin } = executed.state.custody
    if (pin === null) throw new Error('The PIN is gone.')
    const opened = Buffer.from(await app.vault.open(hostId, `pin/${pin.commandId}`, pin.sealed)).toString()
    return { executed, pin: opened }
  }

  const reply = (response: Response, executed: Readonly<{ position: string | null; state: Host }>, more: object = {}) =>
    answer(app, response, executed, () => ({ ...more, ...custodyJson(executed.state.custody) }))

  return {
    'POST /hosts/:id/lock': async (request, response, caller) => {
      const hostId = await hostIn(request)
      const { view_pin } = queryOf(lockQuery, request)
      const { message, phone_number, footnote } = bodyOf(lockBody, withBody(request))
      const commandId = randomUUID()
      const pin = await sealedPin(app, hostId, commandId, randomPin())
      const data = { commandId, deadline: deadlineFrom(app.clock()), pin, message, phoneNumber: phone_number, footnote }
      // Lost Mode shows one of the two; a Mac needs neither.
      const told = message === null && phone_number === null ? { ...data, message: 'This device is locked.' } : data
      const executed = await order(hostId, { type: 'LockHost', data: told }, caller)
      if (!view_pin || executed.state.custody.pin === null) return reply(response, executed)
      const viewed = await viewPin(hostId, caller)
      await reply(response, viewed.executed, { unlock_pin: viewed.pin })
    },

    'POST /hosts/:id/unlock': async (request, response, caller) => {
      const hostId = await hostIn(request)
      const data = { commandId: randomUUID(), deadline: deadlineFrom(app.clock()) }
      const executed = await order(hostId, { type: 'UnlockHost', data }, caller)
      if (executed.state.custody.means !== 'pin' || executed.state.custody.pin === null) return reply(response, executed)
      const viewed = await viewPin(hostId, caller)
      await reply(response, viewed.executed, { host_id: Number(hostId), unlock_pin: viewed.pin })
    },

    'POST /hosts/:id/wipe': async (request, response, caller) => {
      const hostId = await hostIn(request)
      const { obliteration_behavior, windows } = bodyOf(wipeBody, withBody(request))
      const commandId = randomUUID()
      const pin = await sealedPin(app, hostId, commandId, randomPin())
      const deadline = deadlineFrom(app.clock())
      const wipeType = windows?.wipe_type
      const data = { commandId, deadline, pin, obliteration: obliteration_behavior ?? null, ...(wipeType && { wipeType }) }
      await reply(response, await order(hostId, { type: 'WipeHost', data }, caller))
    },

    'GET /hosts/:id/lock/pin': async (request, response, caller) => {
      const hostId = await hostIn(request)
      const { executed, pin } = await viewPin(hostId, caller)
      await reply(response, executed, { host_id: Number(hostId), unlock_pin: pin })
    },

    'POST /hosts/:id/clear_passcode': async (request, response, caller) => {
      const hostId = await hostIn(request)
      const commandId = randomUUID()
      const data = { commandId, deadline: deadlineFrom(app.clock()) }
      const executed = await order(hostId, { type: 'ClearPasscode', data }, caller)
      response.status(202)
      await answer(app, response, executed, () => ({ command_uuid: commandId }))
    },

    'GET /hosts/:id/escrowed_secrets': async (request, response) => {
      const hostId = await hostIn(request)
      response.json({ escrowed_secrets: await app.read(escrowedSecretsOf(hostId)) })
    },

    'POST /hosts/:id/escrowed_secrets/:fingerprint/views': async (request, response, caller) => {
      const hostId = await hostIn(request)
      const fingerprint = paramOf(secretFingerprint, request, 'fingerprint')
      const executed = await order(hostId, { type: 'ViewEscrowedSecret', data: { fingerprint } }, caller)
      const secret = executed.state.escrow.given[fingerprint]
      if (secret === undefined) throw new Error('The secret is gone.')
      const opened = Buffer.from(await app.vault.open(hostId, secret.kind, secret.sealed)).toString('base64')
      await answer(app, response, executed, () => ({ fingerprint, kind: secret.kind, secret: opened }))
    },

    'POST /hosts/:id/location': async (request, response, caller) => {
      const hostId = await hostIn(request)
      const commandId = randomUUID()
      const asked = { request: { kind: 'locate' }, reason: { code: 'asked' }, deadline: deadlineFrom(app.clock()) } as const
      const commands = [{ commandId, channel: deviceChannel, ...asked }]
      const executed = await order(hostId, { type: 'QueueCommands', data: { commands, needs: located } }, caller)
      response.status(202)
      await answer(app, response, executed, () => ({ command_uuid: commandId }))
    },
  }
}

const located = hostNeeds({ requestType: 'DeviceLocation', command: {} })

/** These deeds may come without a body. */
const withBody = (request: Request): Request => {
  request.body ??= {}
  return request
}

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { host } from '../../../domain/host/host.ts'
import { nextRenewal } from '../../../domain/renewal/renewal.ts'
import { deviceChannel } from '../../../domain/platforms.ts'
import { declarationsOfHost } from '../../../projections/host-declarations.ts'
import { pushHealth } from '../../../projections/waking.ts'
import { enrollmentProfileIdentifier } from '../../apple/enrollment-profile.ts'
import { numberText, paramOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { AdminSettings, Handlers } from '../deps.ts'
import { serverUrlOf } from '../hosts/server-url.ts'
import { deadlineFrom, existingHost } from '../commands/orders.ts'

export const commandUuid = z.string().min(1).max(128)

type HostEnrollmentRoutes = Pick<
  Handlers,
  | 'DELETE /hosts/:id/mdm'
  | 'POST /hosts/:id/refetch'
  | 'POST /hosts/:id/mdm/renewals'
  | 'POST /hosts/:id/mdm/readmissions'
  | 'POST /hosts/:id/release'
  | 'GET /hosts/:id/mdm'
  | 'DELETE /hosts/:id/commands/:command_uuid'
  | 'GET /hosts/:id/declarations'
>

/** The enrollment of one host: how it stands, renewing its identity, releasing it, asking it to leave, taking a command back. */
export const hostEnrollmentRoutes = (app: App, { publicUrl }: Pick<AdminSettings, 'publicUrl'>): HostEnrollmentRoutes => ({
  'GET /hosts/:id/mdm': async (request, response) => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    const { state } = await app.load(host, hostId)
    const { enrollment, renewal, escrow, agents } = state
    const { platform, stage, epoch, enrolledAt, certificate, notAfter, terms, awaitingConfiguration, unenrollment } = enrollment
    response.json({
      enrollment_status: stage,
      epoch,
      enrolled_at: enrolledAt,
      server_url: terms?.serverUrl ?? (platform === 'windows' && stage !== 'never' ? serverUrlOf(platform, publicUrl) : null),
      // The host's own opinion, which may be another: on, but unmanaged here.
      reported:
        agents.mdm === null
          ? null
          : {
              enrolled: agents.mdm.enrolled,
              server_url: agents.mdm.serverUrl,
              installed_from_dep: agents.mdm.installedFromDep,
              agrees: agents.mdm.enrolled === (stage === 'enrolled'),
            },
      channels: Object.entries(enrollment.channels).map(([channel, open]) => ({
        channel,
        enrollment_id: open.enrollmentId,
        token_since: open.tokenSince,
      })),
      awaiting_configuration: awaitingConfiguration,
      unenrollment_pending: unenrollment !== null,
      sent_away: enrollment.sentAway,
      certificate: { fingerprint: certificate, not_after: notAfter },
      renewal: {
        state: renewal.stage,
        attempt: renewal.attempt,
        since: renewal.since,
        next_at: nextRenewal(hostId, state),
      },
      push: await app.read(pushHealth(hostId)),
      escrowed: { bootstrap_token: escrow.bootstrapToken !== null, unlock_token: escrow.unlockToken !== null },
    })
  },

  'POST /hosts/:id/refetch': async (request, response, { cause }) => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    const ask = { type: 'AskForProfiles', data: { because: 'asked', now: app.clock().toISOString() } } as const
    await answer(app, response, await app.execute(host, hostId, ask, cause), () => ({}))
  },

  'DELETE /hosts/:id/mdm': async (request, response, { cause }) => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    const { state } = await app.load(host, hostId)
    const identifier = state.enrollment.terms?.identifier ?? enrollmentProfileIdentifier
    const data = { commandId: randomUUID(), identifier, deadline: deadlineFrom(app.clock()) }
    const executed = await app.execute(host, hostId, { type: 'RequestUnenrollment', data }, cause)
    await app.caughtUp(executed)
    response.status(204).end()
  },

  'POST /hosts/:id/mdm/renewals': async (request, response, { cause }) => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    const data = { hostId, commandId: randomUUID(), now: app.clock().toISOString(), because: 'asked' } as const
    const executed = await app.execute(host, hostId, { type: 'RenewIdentity', data }, cause)
    response.status(202)
    await answer(app, response, executed, () => ({ command_uuid: executed.state.renewal.commandId }))
  },

  'POST /hosts/:id/mdm/readmissions': async (request, response, { cause }) => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    await answer(app, response, await app.execute(host, hostId, { type: 'ReadmitHost', data: {} }, cause), () => ({}))
  },

  'POST /hosts/:id/release': async (request, response, { cause }) => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    const commandId = randomUUID()
    const asked = { request: { kind: 'release-device' }, reason: { code: 'asked' }, deadline: deadlineFrom(app.clock()) } as const
    const commands = [{ commandId, channel: deviceChannel, ...asked }]
    const executed = await app.execute(host, hostId, { type: 'QueueCommands', data: { commands } }, cause)
    response.status(202)
    await answer(app, response, executed, () => ({ command_uuid: commandId }))
  },

  'DELETE /hosts/:id/commands/:command_uuid': async (request, response, { cause }) => {
    const hostId = paramOf(numberText, request, 'id')
    const commandId = paramOf(commandUuid, request, 'command_uuid')
    await existingHost(app, hostId)
    const executed = await app.execute(host, hostId, { type: 'CancelCommand', data: { commandId } }, cause)
    await answer(app, response, executed, () => ({}))
  },

  'GET /hosts/:id/declarations': async (request, response) => {
    const hostId = paramOf(numberText, request, 'id')
    await existingHost(app, hostId)
    response.json({ declarations: await app.read(declarationsOfHost(hostId)) })
  },
})

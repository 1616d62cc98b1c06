import type { Response } from 'express'
import { z } from 'zod'
import { host } from '../../../domain/host/host.ts'
import { hostIdOf } from '../../../domain/host/host-id.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import type { ListedHost } from '../../../projections/host-directory.ts'
import { hostById, hostsAmong, hostsByIdentifier } from '../../../projections/host-directory.ts'
import { custodyOf } from '../../../projections/custody.ts'
import { reportOfHost } from '../../../projections/host-reports.ts'
import { profilesOfHost } from '../../../projections/host-profiles.ts'
import { profilesOfTeam } from '../../../projections/profiles.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { bodyOf, numberId, numberText, paramOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import { custodyRowJson } from '../custody/custody-presentation.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { hostJson } from './host-presentation.ts'
import { labelsShown } from '../profiles/profile-labels.ts'
import { definitionJson } from '../profiles/profile-presentation.ts'
import { teamMustExist } from '../doors/team-checks.ts'
import { transferred } from '../transfers/transferred.ts'

export const transfer = z.object({ team_id: numberId.nullable(), hosts: z.array(numberId).min(1).max(10_000) })

export const profileUuid = z.string().regex(/^[a-z][0-9a-f-]{36}$/, 'This is no id of a profile.')

export const hostIdentifier = z.string().min(1).max(255).describe('A UUID, a serial number or a name.')

type HostRoutes = Pick<
  Handlers,
  | 'GET /hosts/:id'
  | 'GET /hosts/identifier/:identifier'
  | 'POST /hosts/transfer'
  | 'GET /hosts/:id/configuration_profiles'
  | 'POST /hosts/:id/configuration_profiles/:profile_uuid/resend'
>

export const hostRoutes = ({ app, settings }: AdminDeps): HostRoutes => {
  const showHost = async (row: ListedHost, response: Response): Promise<void> => {
    const { host_id } = row
    const questions = [app.read(profilesOfHost(host_id)), app.read(custodyOf(host_id)), app.read(reportOfHost(host_id))] as const
    const [profiles, [held], [report]] = await Promise.all(questions)
    const shown = hostJson(settings, row, { profiles, custody: custodyRowJson(held) })
    const forgotten = row.forgotten_at === null ? {} : { forgotten_at: row.forgotten_at }
    response.json({ host: { ...shown, disk_encryption_enabled: report?.encrypted ?? null, ...forgotten } })
  }

  const existing = async (hostId: string): Promise<ListedHost> => {
    const [row] = await app.read(hostById(hostId))
    return row ?? refuse(404, 'id', `The host ${hostId} does not exist.`)
  }

  return {
    'GET /hosts/:id': async (request, response) => {
      await showHost(await existing(paramOf(numberText, request, 'id')), response)
    },

    'GET /hosts/identifier/:identifier': async (request, response) => {
      const identifier = paramOf(hostIdentifier, request, 'identifier')
      const [row, other] = await app.read(hostsByIdentifier(hostIdOf(identifier), identifier))
      if (row === undefined) return refuse(404, 'identifier', `No host has the UUID, serial number or name ${identifier}.`)
      if (other !== undefined) return refuse(409, 'identifier', `Several hosts are called ${identifier}; use the UUID.`)
      await showHost(row, response)
    },

    'POST /hosts/transfer': async (request, response, { cause }) => {
      const { team_id, hosts } = bodyOf(transfer, request)
      const hostIds = [...new Set(hosts)]
      const teamId = team_id ?? noTeam
      await teamMustExist(app, teamId)
      const known = new Set((await app.read(hostsAmong(hostIds))).map(({ host_id }) => host_id))
      const unknown = hostIds.filter((hostId) => !known.has(hostId))
      if (unknown.length > 0)
        throw new HttpRefusal(
          404,
          unknown.slice(0, 20).map((hostId) => ({ name: 'hosts', reason: `The host ${hostId} does not exist.` })),
        )
      await transferred({ app, settings }, response, { teamId, hostIds }, cause)
    },

    'GET /hosts/:id/configuration_profiles': async (request, response) => {
      const { host_id, team_id } = await existing(paramOf(numberText, request, 'id'))
      const profiles = await app.read(profilesOfTeam(team_id, 10_000, 0))
      const shown = await labelsShown(
        app,
        profiles.map(({ targets }) => targets),
      )
      response.json({ host_id: Number(host_id), profiles: profiles.map((row) => definitionJson(row, shown)) })
    },

    'POST /hosts/:id/configuration_profiles/:profile_uuid/resend': async (request, response, { cause }) => {
      const hostId = paramOf(numberText, request, 'id')
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      await existing(hostId)
      const type = profileId.startsWith('d') ? 'ResendDeclaration' : 'ResendProfile'
      const resend = { type, data: { profileId } } as const
      const executed = await app.execute(host, hostId, resend, cause).catch(async (error: unknown) => {
        // A profile that the host is to get and was not told of yet is about to be sent anyway.
        if (!(error instanceof Rejection) || error.code !== 'not-found') throw error
        const rows = await app.read(profilesOfHost(hostId))
        if (rows.some((row) => row.profile_id === profileId && row.status === 'waiting')) return { position: null }
        throw error
      })
      response.status(202)
      await answer(app, response, executed, () => ({}))
    },
  }
}

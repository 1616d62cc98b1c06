import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Moment } from '../../../app/moment.ts'
import type { Evidence, HostState } from '../../../domain/explanation/evidence.ts'
import { explainCommand, explainProfile } from '../../../domain/explanation/explain.ts'
import type { Circumstances } from '../../../domain/explanation/explanation.ts'
import { streamOf } from '../../../kernel/ids.ts'
import { requestOfCommand, signalsOfHost } from '../../../projections/host-signals.ts'
import { profilesNamed, teamOfProfile } from '../../../projections/profiles.ts'
import { pushCertificateByTopic } from '../../../projections/push-certificates.ts'
import { refuse } from '../../errors.ts'
import { numberText, paramOf, queryOf } from '../../parsing.ts'
import type { Caller, Handlers } from '../deps.ts'
import { evidenceOf } from './explanation-evidence.ts'
import { explanationJson } from './explanation-presentation.ts'
import { atQuery, momentOf } from '../past/moments.ts'

const isUuid = (text: string): boolean => /^[a-z][0-9a-f-]{36}$/.test(text)

export const profileUuid = z.string().refine(isUuid, 'This is no id of a profile.')
export const commandUuid = z.string().min(1).max(128)
export const missingQuery = atQuery.extend({
  missing: z
    .string('Name the profile that is missing, by id or by name.')
    .min(1)
    .max(255)
    .describe('The profile that is missing, by id or by name.'),
})

type ExplanationRoutes = Pick<
  Handlers,
  'GET /hosts/:id/explain' | 'GET /hosts/:id/profiles/:profile_uuid/explain' | 'GET /hosts/:id/commands/:command_uuid/explain'
>

/** Why something stands on a host as it does: the events that led to it, from all streams that have a say. */
export const hostExplanationRoutes = (app: Pick<App, 'read' | 'log' | 'load' | 'clock'>): ExplanationRoutes => {
  const gathered = async (subject: Parameters<typeof evidenceOf>[1], at: string | undefined): Promise<Evidence> => {
    const asked = at === undefined ? await untilNow(app) : await momentOf(app, at, 'at')
    const evidence = await evidenceOf(app, subject, asked)
    if (evidence.host.state.enrollment.hardwareId === null) await refuseStranger(app, subject.hostId, asked)
    return evidence
  }

  const aboutProfile = async (hostId: string, at: string | undefined, { profileId, kind, field, reach }: ProfileSought) => {
    if (!(await isInReach(app, profileId, reach))) refuse(404, field, thereNeverWas(profileId))
    const evidence = await gathered({ hostId, profileId, commandId: null }, at)
    if (evidence.profile.length === 0 && evidence.upload === null) refuse(404, field, thereNeverWas(profileId))
    const explained = explainProfile(evidence, profileId, at === undefined ? await circumstances(app, evidence) : null)
    return explanationJson(explained, evidence, { kind, uuid: profileId })
  }

  return {
    'GET /hosts/:id/profiles/:profile_uuid/explain': async (request, response, { reach }) => {
      const hostId = paramOf(numberText, request, 'id')
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      const { at } = queryOf(atQuery, request)
      response.json(await aboutProfile(hostId, at, { profileId, kind: 'profile', field: 'profile_uuid', reach }))
    },

    'GET /hosts/:id/explain': async (request, response, { reach }) => {
      const hostId = paramOf(numberText, request, 'id')
      const { at, missing } = queryOf(missingQuery, request)
      const profileId = isUuid(missing) ? missing : await profileNamed(app, missing, reach)
      response.json(await aboutProfile(hostId, at, { profileId, kind: 'missing', field: 'missing', reach }))
    },

    'GET /hosts/:id/commands/:command_uuid/explain': async (request, response, { reach }) => {
      const hostId = paramOf(numberText, request, 'id')
      const commandId = paramOf(commandUuid, request, 'command_uuid')
      const { at } = queryOf(atQuery, request)
      const [row] = await app.read(requestOfCommand(hostId, commandId))
      const carried = row?.profile_id ?? null
      // What another team's profile says is that team's; that the command was given is the host's.
      const profileId = carried !== null && (await isInReach(app, carried, reach)) ? carried : null
      const evidence = await gathered({ hostId, profileId, commandId }, at)
      const now = at === undefined ? await circumstances(app, evidence) : null
      const explained = explainCommand(evidence, { commandId, profileId }, now)
      if (explained === null) return refuse(404, 'command_uuid', neverQueued(commandId, hostId, at))
      response.json(explanationJson(explained, evidence, { kind: 'command', uuid: commandId }))
    },
  }
}

/** `reach`: the teams whose profiles the caller may know of; null: all. */
type ProfileSought = Readonly<{ profileId: string; kind: 'profile' | 'missing'; field: string; reach: Reach }>

type Reach = Caller['reach']

/** Of a profile beyond reach not even is told that there is one. */
const isInReach = async ({ read }: Pick<App, 'read'>, profileId: string, reach: Reach): Promise<boolean> => {
  if (reach === null) return true
  const [profile] = await read(teamOfProfile(profileId))
  return profile !== undefined && reach.includes(profile.team_id)
}

const thereNeverWas = (profileId: string): string => `There never was a profile with the id ${profileId}.`

/** All streams are read up to one place in the log, so that none knows more than the others. */
const untilNow = async ({ log }: Pick<App, 'log'>): Promise<Moment> => ({ text: 'now', position: (await log.head()) ?? '' })

/** Says why there is no such host, or none yet. */
const refuseStranger = async ({ log }: Pick<App, 'log'>, hostId: string, { text }: Moment): Promise<void> => {
  const [first] = await log.readStream(streamOf('host', hostId), { from: 0, limit: 1 })
  if (first === undefined || text === 'now') return refuse(404, 'id', `The host ${hostId} does not exist.`)
  refuse(404, 'at', `The host ${hostId} became known at ${first.at} (position ${first.position}), after ${text}.`)
}

const neverQueued = (commandId: string, hostId: string, at: string | undefined): string =>
  at === undefined
    ? `The host ${hostId} was never given a command ${commandId}.`
    : `The host ${hostId} had not been given a command ${commandId} by then.`

/** The one profile of a name; a deleted one only when no other has it. */
const profileNamed = async ({ read }: Pick<App, 'read'>, name: string, reach: Reach): Promise<string> => {
  const all = await read(profilesNamed(name, reach === null ? 20 : 1000))
  const found = all.filter(({ team_id }) => reach === null || reach.includes(team_id)).slice(0, 20)
  const present = found.filter(({ deleted_at }) => deleted_at === null)
  const [only, ...others] = present.length > 0 ? present : found
  if (only === undefined) return refuse(404, 'missing', `There never was a profile named ${name}.`)
  if (others.length > 0) {
    const ids = [only, ...others].map(({ profile_id, team_id }) => `${profile_id} of team ${team_id}`)
    refuse(409, 'missing', `Several profiles are named ${name}; use an id: ${ids.join(', ')}.`)
  }
  return only.profile_id
}

/** What no event tells. Windows calls by itself; Apple's devices are woken with the certificate of their topic. */
const circumstances = async (
  { read, clock }: Pick<App, 'read' | 'clock'>,
  { host: { id, state } }: Evidence,
): Promise<Circumstances> => {
  const [[signals], canBeWoken] = await Promise.all([read(signalsOfHost(id)), isReachable(state, { read, clock })])
  return {
    seenAt: signals?.seen_at ?? null,
    pushedAt: signals?.pushed_at ?? null,
    pushProblem: signals?.problem ?? null,
    canBeWoken,
  }
}

const isReachable = async (
  { enrollment: { platform, topic } }: HostState,
  { read, clock }: Pick<App, 'read' | 'clock'>,
): Promise<boolean> => {
  if (platform === 'windows' || topic === null || topic === '') return true
  const [certificate] = await read(pushCertificateByTopic(topic))
  return certificate !== undefined && Date.parse(certificate.not_after) > clock().getTime()
}

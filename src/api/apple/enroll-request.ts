import type { X509Certificate } from 'node:crypto'
import type { Request, Response } from 'express'
import { Router } from 'express'
import type { App } from '../../app/app.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import type { MachineInfo } from '../../protocols/apple/machine-info.ts'
import { attemptsOf } from '../attempts.ts'
import type { TeamOfSecret } from '../enrolling-teams.ts'
import { arrivingDevice, readBytes } from './arriving-device.ts'
import { secretMustBeRight, wrongPerMinute } from './enroll-secret-check.ts'
import type { EnrollmentProfiles } from './enrollment-profile.ts'
import { profileType } from './enrollment-profile.ts'
import type { WatchPairing } from './watch-pairing.ts'

export type EnrollRequestDeps = Readonly<{
  app: App
  profiles: EnrollmentProfiles
  pairing: WatchPairing
  teamOf: TeamOfSecret
  deviceAuthorities: readonly X509Certificate[]
}>

/**
 * Where a device asks for its enrollment profile by telling of itself (MachineInfo). A watch gets one when the phone that it is paired with
 * is enrolled here; every other device needs a team's enroll secret in the query.
 */
export const enrollRequestRoutes = ({ app, profiles, pairing, teamOf, deviceAuthorities }: EnrollRequestDeps): Router => {
  const attempts = attemptsOf(app.clock, { limit: wrongPerMinute, windowMs: 60_000 })

  /** The team of the watch's phone, or null after telling the watch to have its phone ask for a token. */
  const teamOfWatch = async ({ udid, pairingToken }: MachineInfo, response: Response): Promise<string | null> => {
    if (udid === null) throw new ParseError('UDID', 'The watch does not tell its UDID.')
    const teamId = pairingToken === null ? null : await pairing.teamFor(udid, pairingToken)
    if (teamId === null)
      response.status(403).json({
        code: 'com.apple.watch.pairing.token.missing',
        description: 'The watch must show that the phone it is paired with is managed here.',
        details: { 'security-token': await pairing.securityToken(udid) },
      })
    return teamId
  }

  const enroll = async (request: Request, response: Response): Promise<void> => {
    response.set('cache-control', 'no-store')
    const info = arrivingDevice(request, deviceAuthorities)
    const teamId = isWatch(info)
      ? await teamOfWatch(info, response)
      : (await secretMustBeRight(request, response, { teamOf, attempts })).teamId
    if (teamId === null) return
    const profile = await profiles.sign(await profiles.termsFor({ teamId }))
    response.type(profileType).send(Buffer.from(profile))
  }

  return Router().post('/mdm/apple/enroll', readBytes, enroll)
}

const isWatch = ({ product }: MachineInfo): boolean => product?.startsWith('Watch') === true

import type { X509Certificate } from 'node:crypto'
import type { Request, Response } from 'express'
import { Router } from 'express'
import type { App } from '../../app/app.ts'
import { accountEnrollment } from '../../domain/account-enrollments/account-enrollment.ts'
import type { Ownership } from '../../domain/account-enrollments/events.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { openInvitation } from '../../projections/account-enrollments.ts'
import { addressOf, attemptsOf } from '../attempts.ts'
import type { AccountSignIn } from './account-sign-in.ts'
import { arrivalCause } from './account-sign-in.ts'
import { arrivingDevice, readBytes } from './arriving-device.ts'
import type { EnrollmentProfiles } from './enrollment-profile.ts'
import { profileType } from './enrollment-profile.ts'

export type AccountDrivenDeps = Readonly<{
  app: App
  publicUrl: string
  profiles: EnrollmentProfiles
  signIn: AccountSignIn
  deviceAuthorities: readonly X509Certificate[]
}>

/** Accounts that nobody invited, asked for by one address in a minute: more would be looking for names. */
const missesPerMinute = 30

/** Apple's words for both kinds: in the discovery, in the path, in the profile. */
const words = {
  personal: { version: 'mdm-byod', path: 'byod', mode: 'BYOD' },
  organization: { version: 'mdm-adde', path: 'adde', mode: 'ADDE' },
} as const satisfies Readonly<Record<Ownership, object>>

/**
 * Enrollment that begins with a managed Apple account in Settings: the device finds this server by the account's domain, lets its user sign
 * in, and gets a profile that names the account.
 * https://developer.apple.com/documentation/devicemanagement/implementing-the-simple-authentication-user-enrollment-flow
 */
export const accountDrivenRoutes = (deps: AccountDrivenDeps): Router => {
  const { app, publicUrl, signIn } = deps
  const misses = attemptsOf(app.clock, { limit: missesPerMinute, windowMs: 60_000 })

  const discover = async (request: Request, response: Response): Promise<void> => {
    response.set('cache-control', 'no-store')
    const { 'user-identifier': told } = request.query
    const account = typeof told === 'string' && told.length <= 255 ? told : ''
    const address = addressOf(request)
    const [invitation] =
      account === '' || !misses.mayTry(address) ? [] : await app.read(openInvitation(account, app.clock().toISOString()))
    if (invitation === undefined) {
      misses.count(address)
      return void response.status(403).json(notInvited)
    }
    const { version, path } = words[invitation.ownership]
    response.json({ Servers: [{ Version: version, BaseURL: `${publicUrl}/mdm/apple/account/${path}` }] })
  }

  /** The one place where a device gets a 401: it is not enrolled yet, and Apple's flow asks for it. */
  const askToSignIn = async (response: Response, ownership: Ownership): Promise<void> => {
    const url = await signIn.urlFor(ownership)
    response.set('www-authenticate', `Bearer method="apple-as-web", url="${url}"`).status(401).end()
  }

  const enroll = (ownership: Ownership) => async (request: Request, response: Response) => {
    response.set('cache-control', 'no-store')
    const bearer = /^bearer +([\w.-]{1,2048}) *$/i.exec(request.get('authorization') ?? '')?.[1]
    const invitationId = bearer === undefined ? null : await signIn.invitationOf(bearer, ownership)
    if (invitationId === null) return askToSignIn(response, ownership)
    arrivingDevice(request, deps.deviceAuthorities)
    const offer = await used(app, invitationId)
    if (offer === null) return askToSignIn(response, ownership)
    const account = { mode: words[ownership].mode, managedAppleAccount: offer.managedAccount }
    const profile = await deps.profiles.sign(await deps.profiles.termsFor({ teamId: offer.teamId, account }))
    response.type(profileType).send(Buffer.from(profile))
  }

  return Router()
    .get('/.well-known/com.apple.remotemanagement', discover)
    .use('/mdm/apple/account/sign-in', signIn.pages)
    .post('/mdm/apple/account/byod', readBytes, enroll('personal'))
    .post('/mdm/apple/account/adde', readBytes, enroll('organization'))
}

const notInvited = {
  code: 'com.apple.well-known.failed',
  description: 'No invitation is open for this account.',
  message: 'Your organization has not prepared an enrollment for this account. Ask your administrator for an enrollment code.',
}

/** What the invitation says, now used; null when it was withdrawn meanwhile. */
const used = async ({ execute }: Pick<App, 'execute'>, invitationId: string) => {
  try {
    const command = { type: 'UseAccountEnrollment', data: {} } as const
    return (await execute(accountEnrollment, invitationId, command, arrivalCause())).state.offer
  } catch (error) {
    if (error instanceof Rejection) return null
    throw error
  }
}

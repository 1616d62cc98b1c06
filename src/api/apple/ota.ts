import type { X509Certificate } from 'node:crypto'
import { Router } from 'express'
import type { App } from '../../app/app.ts'
import type { SigningIdentity } from '../../protocols/cms/sign.ts'
import { signAttached } from '../../protocols/cms/sign.ts'
import { writeProfileService } from '../../protocols/apple/profile-service.ts'
import { attemptsOf } from '../attempts.ts'
import type { TeamOfSecret } from '../enrolling-teams.ts'
import { secretHash } from '../enrolling-teams.ts'
import { errorHandler, refuse } from '../errors.ts'
import { html, pageHeaders, sendPage } from '../page.ts'
import { requestId } from '../request-id.ts'
import type { Tickets } from '../tickets.ts'
import { arrivingDevice, readBytes } from './arriving-device.ts'
import { checkSecret, secretMustBeRight, wrongPerMinute } from './enroll-secret-check.ts'
import type { EnrollmentProfiles } from './enrollment-profile.ts'
import { profileType } from './enrollment-profile.ts'

export type OtaDeps = Readonly<{
  app: App
  publicUrl: string
  organization: string
  signer: SigningIdentity
  profiles: EnrollmentProfiles
  tickets: Tickets
  teamOf: TeamOfSecret
  /** The authorities of devices' built-in certificates; none: the enroll secret alone lets a device in. */
  deviceAuthorities: readonly X509Certificate[]
}>

/** How long after its download the first profile may be used, ms. */
const firstStepValidMs = 24 * 60 * 60 * 1000

const purpose = 'ota-challenge'

/**
 * Over-the-air enrollment for whoever has a team's enroll secret: a page with a button, the profile that asks the device who it is, and the
 * enrollment profile in answer.
 */
export const otaRoutes = (deps: OtaDeps): Router => {
  const { app, publicUrl, organization, signer, profiles, tickets, teamOf } = deps
  const attempts = attemptsOf(app.clock, { limit: wrongPerMinute, windowMs: 60_000 })

  const page = Router()
    .use(...pageHeaders())
    .get('/', async (request, response) => {
      const checked = await checkSecret(request, teamOf, attempts)
      if (checked === 'too-many') return sendPage(response.set('retry-after', '60'), 429, waitPage)
      if (checked === 'wrong') return sendPage(response, 403, wrongPage)
      const profile = `/api/v1/fleet/enrollment_profiles/ota?enroll_secret=${encodeURIComponent(checked.secret)}`
      sendPage(response, 200, enrollPage(organization, profile))
    })

  const api = Router()
    .use(requestId, (_request, response, next) => {
      response.set('cache-control', 'no-store')
      next()
    })
    .get('/enrollment_profiles/ota', async (request, response) => {
      const { secret } = await secretMustBeRight(request, response, { teamOf, attempts })
      const url = `${publicUrl}/api/v1/fleet/ota_enrollment?enroll_secret=${encodeURIComponent(secret)}`
      const challenge = await tickets.issue(purpose, [await secretHash(tickets, secret)], firstStepValidMs)
      const profile = writeProfileService({ url, challenge, organization, identifier: 'com.muster.mdm.ota' })
      const signed = signAttached(Buffer.from(profile), signer)
      response.attachment('enrollment.mobileconfig').type(profileType).send(Buffer.from(signed))
    })
    .post('/ota_enrollment', readBytes, async (request, response) => {
      const { secret, teamId } = await secretMustBeRight(request, response, { teamOf, attempts })
      const { challenge } = arrivingDevice(request, deps.deviceAuthorities)
      // Clients other than Apple's may skip the first step; who comes from it must come from ours, and in time.
      if (challenge !== null && (await tickets.read(purpose, challenge))?.[0] !== (await secretHash(tickets, secret)))
        refuse(403, 'CHALLENGE', 'The profile that the device began with is not of this server, or a day old.')
      const profile = await profiles.sign(await profiles.termsFor({ teamId }))
      response.type(profileType).send(Buffer.from(profile))
    })

  const withErrors = Router().use(api).use(errorHandler(app.logger))
  return Router().use('/enroll', page).use(['/api/v1/fleet', '/api/latest/fleet'], onlyOta(withErrors))
}

/** The admin API lies at the same place: what is not meant for these routes must not meet their headers. */
const onlyOta = (routes: Router): Router =>
  Router().use((request, response, next) => {
    if (['/enrollment_profiles/ota', '/ota_enrollment'].includes(request.path)) routes(request, response, next)
    else next()
  })

const enrollPage = (organization: string, profile: string) => ({
  title: `Enroll with ${organization}`,
  body: html`<p>This lets ${organization} manage this device.</p>
    <ol>
      <li>Download the profile.</li>
      <li>
        Open <strong>Settings</strong> (on a Mac: <strong>System Settings</strong>) and choose the profile that was downloaded.
      </li>
      <li>Install it.</li>
    </ol>
    <p><a class="button" href="${profile}" download="enrollment.mobileconfig">Download the profile</a></p>`,
})

const wrongPage = {
  title: 'This link does not work',
  body: html`<p role="alert">The link is not complete, or is good no longer. Ask whoever gave it to you for a new one.</p>`,
}

const waitPage = {
  title: 'Too many tries',
  body: html`<p role="alert">Too many links that do not work were opened from here. Try again in a minute.</p>`,
}

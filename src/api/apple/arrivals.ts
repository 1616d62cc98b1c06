import type { X509Certificate } from 'node:crypto'
import { Router } from 'express'
import type { App } from '../../app/app.ts'
import type { PackageStore } from '../../app/package-ports.ts'
import type { SigningIdentity } from '../../protocols/cms/sign.ts'
import { teamOfSecret } from '../enrolling-teams.ts'
import type { Tickets } from '../tickets.ts'
import { accountDrivenRoutes } from './account-driven.ts'
import { accountSignIn } from './account-sign-in.ts'
import { enrollRequestRoutes } from './enroll-request.ts'
import type { EnrollmentProfiles } from './enrollment-profile.ts'
import type { HostedFiles } from './hosted-files.ts'
import { manifestRoutes } from './manifests.ts'
import { otaRoutes } from './ota.ts'
import { serviceConfigRoutes } from './service-config.ts'
import type { WatchPairing } from './watch-pairing.ts'

export type ArrivalDeps = Readonly<{
  app: App
  publicUrl: string
  organization: string
  signer: SigningIdentity
  profiles: EnrollmentProfiles
  tickets: Tickets
  pairing: WatchPairing
  files: HostedFiles
  packages: PackageStore
  /** In DER: what devices are to trust, as it stands now. */
  anchors: () => readonly Uint8Array[]
  /** The authorities of devices' built-in certificates; none: a device need not show one. */
  deviceAuthorities: readonly X509Certificate[]
}>

/** Everything that devices and their users reach without an identity of this server: ways to enroll, and hosted files. Mount it at `/`. */
export const arrivalRoutes = (deps: ArrivalDeps): Router => {
  const teamOf = teamOfSecret(deps.app, deps.tickets)
  return Router()
    .use(otaRoutes({ ...deps, teamOf }))
    .use(accountDrivenRoutes({ ...deps, signIn: accountSignIn(deps) }))
    .use(enrollRequestRoutes({ ...deps, teamOf }))
    .use(serviceConfigRoutes(deps))
    .use('/mdm/apple', manifestRoutes(deps))
}

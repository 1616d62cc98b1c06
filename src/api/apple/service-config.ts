import { Router } from 'express'
import type { SigningIdentity } from '../../protocols/cms/sign.ts'
import { signAttached } from '../../protocols/cms/sign.ts'
import { writeTrustProfile } from '../../protocols/apple/trust-profile.ts'
import { profileType } from './enrollment-profile.ts'

export type ServiceConfigDeps = Readonly<{
  publicUrl: string
  organization: string
  signer: SigningIdentity
  /** In DER: what devices are to trust, as it stands now. */
  anchors: () => readonly Uint8Array[]
}>

/** What Apple Configurator asks a server that it only knows by name: where devices enroll, and whom they are to trust. Nothing of it is secret. */
export const serviceConfigRoutes = ({ publicUrl, organization, signer, anchors }: ServiceConfigDeps): Router =>
  Router()
    .get('/MDMServiceConfig', (_, response) => {
      response.json({
        dep_enrollment_url: `${publicUrl}/mdm/apple/enroll`,
        dep_anchor_certs_url: `${publicUrl}/mdm/apple/anchors.json`,
        trust_profile_url: `${publicUrl}/mdm/apple/trust.mobileconfig`,
      })
    })
    .get('/mdm/apple/anchors.json', (_, response) => {
      response.json(anchors().map((der) => Buffer.from(der).toString('base64')))
    })
    .get('/mdm/apple/trust.mobileconfig', (_, response) => {
      const profile = writeTrustProfile(anchors(), { identifier: 'com.muster.mdm.trust', organization })
      response.type(profileType).send(Buffer.from(signAttached(Buffer.from(profile), signer)))
    })

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority, createIdentity } from '../../protocols/x509/authority.ts'
import { pushExtensions } from '../../protocols/x509/extensions.ts'
import { nameOf } from '../../protocols/x509/names.ts'
import type { Apns } from '../../simulators/apns.ts'
import { startApns } from '../../simulators/apns.ts'

/** A push service on this machine, and the push certificate that it takes. */
export type DemoPush = Readonly<{
  apns: Apns
  settings: Readonly<{ MUSTER_APNS_URL: string; MUSTER_APNS_CA: string }>
  certificatePem: string
  keyPem: string
}>

const topic = 'com.apple.mgmt.External.muster-demo'

/** Starts the push service; its authority's certificate is written into `folder`. */
export const startPush = async (folder: string): Promise<DemoPush> => {
  const authority = await createAuthority({ commonName: 'Demo push CA', organization: 'Muster demo', years: 1, keyBits: 2048 })
  const life = { notBefore: new Date(Date.now() - 600_000), notAfter: new Date(Date.now() + 30 * 86_400_000) }
  const server = await createIdentity({
    authority,
    subject: nameOf({ commonName: 'localhost' }),
    ...life,
    extKeyUsage: 'serverAuth',
    san: { dns: ['localhost'], ip: ['127.0.0.1'] },
  })
  const subject = nameOf({ userId: topic, commonName: 'APSP:muster-demo' })
  const push = await createIdentity({ authority, subject, ...life, extKeyUsage: 'clientAuth', extraExtensions: pushExtensions })
  const apns = await startApns({
    serverCertificatePem: server.certificatePem,
    serverKeyPem: server.keyPem,
    clientCaPem: authority.certificatePem,
  })
  const ca = join(folder, 'apns-ca.pem')
  await writeFile(ca, authority.certificatePem)
  const settings = { MUSTER_APNS_URL: `https://localhost:${String(apns.port)}`, MUSTER_APNS_CA: ca }
  return { apns, settings, certificatePem: push.certificatePem, keyPem: push.keyPem }
}

import { createHash } from 'node:crypto'
import { derivedId } from '../../kernel/ids.ts'
import { writePlist } from '../plist/write.ts'

/** Writes a profile that lets a device trust these authorities (DER) and does nothing else. */
export const writeTrustProfile = (
  anchors: readonly Uint8Array[],
  { identifier, organization }: Readonly<{ identifier: string; organization: string }>,
): string =>
  writePlist({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: derivedId(`trust-profile/${identifier}`).toUpperCase(),
    PayloadDisplayName: `${organization}: trust`,
    PayloadOrganization: organization,
    PayloadScope: 'System',
    PayloadContent: anchors.map((der) => {
      const fingerprint = createHash('sha256').update(der).digest('hex')
      return {
        PayloadType: 'com.apple.security.root',
        PayloadVersion: 1,
        PayloadIdentifier: `${identifier}.${fingerprint.slice(0, 16)}`,
        PayloadUUID: derivedId(`trust-profile/${identifier}/${fingerprint}`).toUpperCase(),
        PayloadDisplayName: 'Certificate authority',
        PayloadOrganization: organization,
        PayloadContent: der,
      }
    }),
  })

import { derivedId } from '../../kernel/ids.ts'
import { writePlist } from '../plist/write.ts'

export type ProfileService = Readonly<{
  /** Where the device sends its attributes, signed. */
  url: string
  /** Comes back with them. */
  challenge: string
  organization: string
  identifier: string
}>

const attributes = ['UDID', 'SERIAL', 'PRODUCT', 'VERSION', 'IMEI']

/**
 * Writes the first step of over-the-air enrollment: it asks the device to tell who it is, and brings it to its enrollment profile.
 * https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/iPhoneOTAConfiguration/
 */
export const writeProfileService = ({ url, challenge, organization, identifier }: ProfileService): string =>
  writePlist({
    PayloadType: 'Profile Service',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: derivedId(`profile-service/${identifier}/${url}`).toUpperCase(),
    PayloadDisplayName: `${organization}: enrollment`,
    PayloadDescription: `Asks this device who it is, and then enrolls it with ${organization}.`,
    PayloadOrganization: organization,
    PayloadContent: { URL: url, DeviceAttributes: attributes, Challenge: challenge },
  })

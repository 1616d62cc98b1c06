import { signDetached } from '../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { enrollmentSettingsOf } from '../../src/simulators/apple/enrollment.ts'
import { factsOf } from '../../src/simulators/apple/facts.ts'
import type { Identity } from '../../src/simulators/apple/identity.ts'
import { obtainIdentity } from '../../src/simulators/apple/identity.ts'
import type { DeviceReply, Network } from '../../src/simulators/apple/network.ts'
import { openProfile } from '../../src/simulators/apple/profile.ts'

/** A device without manners: it has a real identity, and sends whatever a test wants. */
export type RawMac = Readonly<{
  identity: Identity
  topic: string
  /** Signs with `as`, or its own identity; `null` sends no signature. */
  send: (body: Uint8Array | PlistDict, options?: SendOptions) => Promise<DeviceReply>
}>

/** `at` is the URL of another node than the one that it enrolled with; `path` that of another server's profile. */
export type SendOptions = Readonly<{ as?: Identity | null; signed?: Uint8Array; checkIn?: boolean; at?: string; path?: string }>

export const rawMac = async (
  network: Network,
  url: string,
  enrollmentProfile: Uint8Array,
  seed: string,
  keyPair?: KeyPair,
): Promise<RawMac> => {
  const settings = enrollmentSettingsOf(openProfile(enrollmentProfile), factsOf(seed, 'mac'))
  const identity = await obtainIdentity(network, { settings: settings.scep, transactionId: seed, keyPair })
  return {
    identity,
    topic: settings.mdm.topic,
    send: (content, { as = identity, signed, checkIn = true, at = url, path = '/mdm/apple/mdm' } = {}) => {
      const body = content instanceof Uint8Array ? content : Buffer.from(writePlist(content))
      const signature = as === null ? {} : { 'mdm-signature': Buffer.from(signDetached(signed ?? body, as)).toString('base64') }
      const type = checkIn ? 'application/x-apple-aspen-mdm-checkin' : 'application/x-apple-aspen-mdm; charset=UTF-8'
      return network.send({
        method: 'PUT',
        url: `${at}${path}`,
        headers: { 'content-type': type, ...signature },
        body,
        tries: 1,
      })
    },
  }
}

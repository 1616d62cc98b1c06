import { musterClient } from '../../src/client/muster-client.ts'
import { signDetached } from '../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import type { RawMac } from '../../test/support/raw-mac.ts'
import { rawMac } from '../../test/support/raw-mac.ts'

export type Mac = Readonly<{ udid: string; raw: RawMac }>

/** Enrolls Macs whose every request a benchmark writes by itself. */
export const enrolledMacs = async (server: Readonly<{ url: string; token: string; caPem: string }>, count: number) => {
  const network = deviceNetwork()
  const client = musterClient({ url: server.url, token: server.token })
  const key = await generateRsaKey(2048)
  const macs: Mac[] = []
  for (let index = 0; index < count; index++) {
    const udid = derivedId(`bench/${String(index)}`).toUpperCase()
    const raw = await rawMac(network, server.url, await client.enrollmentProfile(), udid, key)
    const common = { UDID: udid, Topic: raw.topic }
    await raw.send({ ...common, MessageType: 'Authenticate', ProductName: 'Mac14,7', SerialNumber: udid.slice(-12) })
    await raw.send({ ...common, MessageType: 'TokenUpdate', Token: Buffer.from(udid), PushMagic: 'magic' })
    macs.push({ udid, raw })
  }
  network.close()
  return { macs, client }
}

/** A report, signed, with its headers: as a Mac sends it on the command channel. */
export const signedReport = ({ udid, raw }: Mac, report: PlistDict) => {
  const body = Buffer.from(writePlist({ UDID: udid, ...report }))
  const headers = {
    'content-type': 'application/x-apple-aspen-mdm; charset=UTF-8',
    'mdm-signature': Buffer.from(signDetached(body, raw.identity)).toString('base64'),
  }
  return { body, headers }
}

import assert from 'node:assert/strict'
import { musterClient } from '../../src/client/muster-client.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import { eventually } from '../support/eventually.ts'
import { musterProcess } from '../support/muster-process.ts'
import { pollingFleet } from '../support/polling-fleet.ts'
import { rawMac } from '../support/raw-mac.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D003'

describe('A device that shows its certificate', function () {
  this.timeout(60_000)

  it('in the TLS handshake is served by a server that looks there', async () => {
    const server = await musterProcess({ MUSTER_DEVICE_IDENTITY: 'tls', MUSTER_LOG_LEVEL: 'fatal' })
    const macs = await pollingFleet(server, 3)
    try {
      await macs.fleet.enroll()
      assert.equal(macs.fleet.counts().enrolled, 3)
      const wanted = await macs.upload()
      await eventually('all devices hold all profiles', () => macs.converged(wanted) === 3)
    } finally {
      await macs.stop()
      await server.close()
    }
  })

  it('through a proxy that is trusted is served by a server behind it, and by its signature alone is not', async () => {
    const server = await musterProcess({
      MUSTER_DEVICE_IDENTITY: 'header',
      MUSTER_TRUST_PROXY: 'loopback',
      MUSTER_TLS: 'off',
      MUSTER_LOG_LEVEL: 'fatal',
    })
    const network = deviceNetwork()
    const client = musterClient({ url: server.url, token: server.token })
    try {
      const { identity, topic, send } = await rawMac(network, server.url, await client.enrollmentProfile(), 'proxied')
      const message = { MessageType: 'Authenticate', Topic: topic, UDID: udid, ProductName: 'Mac14,7' }
      assert.equal((await send(message)).status, 400)
      for (const shown of [
        `:${Buffer.from(identity.certificateDer).toString('base64')}:`,
        encodeURIComponent(identity.certificatePem),
      ]) {
        const headers = { 'content-type': 'application/x-apple-aspen-mdm-checkin', 'client-cert': shown }
        const body = Buffer.from(writePlist(message))
        const url = `${server.url}/mdm/apple/mdm`
        assert.equal((await network.send({ method: 'PUT', url, headers, body, tries: 1 })).status, 200)
      }
    } finally {
      client.close()
      network.close()
      await server.close()
    }
  })
})

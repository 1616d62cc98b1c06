import { generateRsaKey } from '../src/protocols/x509/keys.ts'
import { deviceNetwork } from '../src/simulators/apple/network.ts'
import type { Network } from '../src/simulators/apple/network.ts'
import { musterClient } from '../src/client/muster-client.ts'
import { windowsDevice } from '../src/simulators/windows-device.ts'
import { orbitOn } from '../src/simulators/windows/orbit.ts'
import { musterProcess } from '../test/support/muster-process.ts'
import { startBare } from './support/bare.ts'
import { rawLoad, rawRequest } from './support/raw-load.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const devices = 20
const sessionsEach = 100
const connections = 32
const roundMs = 3000
const syncType = { 'content-type': 'application/vnd.syncml.dm+xml' }

/** Sessions in which nothing is to be done: the challenge, then who it is. Two messages each way. */
export const syncml: Benchmark = {
  about: 'idle sessions of Windows devices per second; limit: a bare server that reads and answers the same messages',
  run: async () => {
    const server = await musterProcess({ MUSTER_TLS: 'off', MUSTER_API_RATE: '1000000' })
    const bare = await startBare('bare-syncml-server.ts')
    try {
      const requests = (await recorded(server)).map(({ path, body }) => rawRequest(path, syncType, body, 'POST'))
      const port = Number(new URL(server.url).port)
      await rawLoad(port, requests, connections, roundMs)
      await rawLoad(bare.port, requests, connections, roundMs)
      const ours: number[] = []
      const limits: number[] = []
      for (let round = 0; round < 5; round++) {
        ours.push((await rawLoad(port, requests, connections, roundMs)) / 2)
        limits.push((await rawLoad(bare.port, requests, connections, roundMs)) / 2)
      }
      return result('syncml', median(ours), 'sessions/s', median(limits), { connections, devices, sessionsEach, rounds: 5 })
    } finally {
      await bare.stop()
      await server.close()
    }
  },
}

type Sent = Readonly<{ path: string; body: Uint8Array }>

/** The messages of whole sessions, as simulated devices sent them. */
const recorded = async (server: Readonly<{ url: string; token: string }>): Promise<readonly Sent[]> => {
  const plain = deviceNetwork()
  const client = musterClient({ url: server.url, token: server.token })
  const sent: Sent[] = []
  const listening: Network = {
    ...plain,
    send: (request) => {
      const { pathname, search } = new URL(request.url)
      if (pathname.endsWith('/management') && request.body !== undefined)
        sent.push({ path: `${pathname}${search}`, body: request.body })
      return plain.send(request)
    },
  }
  try {
    const secret = await client.enrollSecrets.add(null)
    const keyPair = await generateRsaKey(2048)
    for (let index = 0; index < devices; index++) {
      const device = windowsDevice({
        ...{ network: listening, seed: `bench ${String(index)}`, keyPair },
        discoveryUrl: `${server.url}/api/mdm/microsoft/discovery`,
        credential: async (one) => (await orbitOn(plain, server.url, secret, one)).credential(),
      })
      await device.enroll()
      await device.connect()
      sent.length = index * sessionsEach * 2
      for (let session = 0; session < sessionsEach; session++) await device.connect()
    }
    return sent
  } finally {
    client.close()
    plain.close()
  }
}

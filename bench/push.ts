import { connect } from 'node:http2'
import { apnsPush } from '../src/adapters/apns/push.ts'
import type { PushTarget } from '../src/app/ports.ts'
import { startApns } from '../src/simulators/apns.ts'
import { testAuthority, testPushCertificate, testServerCertificate } from '../test/support/push-certificates.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const topic = 'com.apple.mgmt.External.bench'
const targets = 20_000
const rounds = 3
const inFlight = 500

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Pushes per second through one connection of the `apn` library, as the worker sends them; limit: node:http2 alone on the same service. */
export const push: Benchmark = {
  about: 'pushes per second through one connection; limit: a raw node:http2 client on the same mock service',
  run: async () => {
    const authority = testAuthority('Bench')
    const server = testServerCertificate(authority)
    const client = testPushCertificate(authority, topic)
    const apns = await startApns({
      serverCertificatePem: server.certificatePem,
      serverKeyPem: server.keyPem,
      clientCaPem: authority.certificatePem,
    })
    const ours = apnsPush({
      credentials: () => Promise.resolve({ topic, ...client }),
      address: 'localhost',
      port: apns.port,
      ca: authority.certificatePem,
      log: quiet,
      requestTimeoutMs: 60_000,
    })
    const raw = connect(`https://localhost:${String(apns.port)}`, {
      ca: authority.certificatePem,
      cert: client.certificatePem,
      key: client.keyPem,
    })

    const rawPush = (token: string, magic: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const request = raw.request({
          ':method': 'POST',
          ':path': `/3/device/${token}`,
          'apns-topic': topic,
          'apns-push-type': 'mdm',
          'apns-priority': '10',
          'apns-expiration': '1900000000',
          'content-type': 'application/json',
        })
        request.on('response', (headers) => {
          if (headers[':status'] !== 200) reject(new Error(`The service answered ${String(headers[':status'])}.`))
        })
        request.on('error', reject)
        request.on('end', resolve)
        request.resume()
        request.end(JSON.stringify({ mdm: magic }))
      })

    const rate = async (send: (all: readonly PushTarget[]) => Promise<void>): Promise<number> => {
      const all = Array.from({ length: targets }, (_, index) => ({
        topic,
        token: Buffer.from(index.toString(16).padStart(64, '0'), 'hex'),
        magic: `magic-${String(index)}`,
      }))
      const begun = performance.now()
      await send(all)
      return (targets * 1000) / (performance.now() - begun)
    }

    const withOurs = (all: readonly PushTarget[]): Promise<void> =>
      ours.wake(all).then((outcomes) => {
        if (outcomes.some(({ kind }) => kind !== 'sent')) throw new Error('A push was not taken.')
      })
    const withRaw = async (all: readonly PushTarget[]): Promise<void> => {
      let next = 0
      const lane = async (): Promise<void> => {
        for (let target = all[next++]; target !== undefined; target = all[next++])
          await rawPush(Buffer.from(target.token).toString('hex'), target.magic)
      }
      await Promise.all(Array.from({ length: inFlight }, lane))
    }

    try {
      await rate(withOurs)
      await rate(withRaw)
      const figures: number[] = []
      const limits: number[] = []
      for (let round = 0; round < rounds; round++) {
        figures.push(await rate(withOurs))
        limits.push(await rate(withRaw))
      }
      return result('push', median(figures), 'pushes/s', median(limits), {
        targets,
        inFlight,
        connections: apns.connections() - 1,
        mostInFlight: apns.mostInFlight(),
      })
    } finally {
      raw.close()
      await ours.close()
      await apns.stop()
    }
  },
}

import { createHash, privateDecrypt, publicEncrypt, sign, constants } from 'node:crypto'
import { musterClient } from '../src/client/muster-client.ts'
import { signDetached } from '../src/protocols/cms/sign.ts'
import type { PlistDict } from '../src/protocols/plist/value.ts'
import { writePlist } from '../src/protocols/plist/write.ts'
import { generateRsaKey } from '../src/protocols/x509/keys.ts'
import type { KeyPair } from '../src/protocols/x509/keys.ts'
import { enrollmentSettingsOf } from '../src/simulators/apple/enrollment.ts'
import { factsOf } from '../src/simulators/apple/facts.ts'
import { obtainIdentity } from '../src/simulators/apple/identity.ts'
import { deviceNetwork } from '../src/simulators/apple/network.ts'
import { openProfile } from '../src/simulators/apple/profile.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { musterProcess } from '../test/support/muster-process.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

const devices = 1_000
const keys = 8
const atOnce = 32

/** Whole enrollments (SCEP, Authenticate, TokenUpdate); limit: the private-key operations that the server cannot do without, on one core. */
export const enrollStorm: Benchmark = {
  about: 'enrollments per second (SCEP, Authenticate, TokenUpdate); limit: the RSA operations alone, on one core',
  run: async () => {
    const server = await musterProcess({ MUSTER_TLS: 'off', MUSTER_API_RATE: '1000000' })
    const network = deviceNetwork({ maxSockets: atOnce })
    const client = musterClient({ url: server.url, token: server.token })
    try {
      const keyPairs = await Promise.all(Array.from({ length: keys }, () => generateRsaKey(2048)))
      const profiles = await inLanes(devices, () => client.enrollmentProfile())
      const settings = profiles.map((profile) => enrollmentSettingsOf(openProfile(profile), factsOf('storm', 'mac')))

      const enroll = async (index: number): Promise<void> => {
        const one = settings[index]
        const keyPair = keyPairs[index % keys]
        if (one === undefined || keyPair === undefined) return
        const udid = derivedId(`storm/${String(index)}`).toUpperCase()
        const identity = await obtainIdentity(network, { settings: one.scep, transactionId: udid, keyPair })
        const say = async (message: PlistDict): Promise<void> => {
          const body = Buffer.from(writePlist({ UDID: udid, Topic: one.mdm.topic, ...message }))
          const headers = {
            'content-type': 'application/x-apple-aspen-mdm-checkin',
            'mdm-signature': Buffer.from(signDetached(body, identity)).toString('base64'),
          }
          const { status } = await network.send({ method: 'PUT', url: one.mdm.serverUrl, headers, body })
          if (status !== 200) throw new Error(`The server answered ${String(status)}.`)
        }
        await say({ MessageType: 'Authenticate', ProductName: 'Mac14,7', SerialNumber: udid.slice(-12) })
        await say({ MessageType: 'TokenUpdate', Token: createHash('sha256').update(udid).digest(), PushMagic: udid })
      }
      const begun = performance.now()
      await inLanes(devices, enroll)
      const figure = (devices * 1000) / (performance.now() - begun)
      const delay = await eventLoopDelay(server.url)
      const limit = await rsaAlone(keyPairs[0])
      return result('enroll-storm', figure, 'enrollments/s', limit, {
        devices,
        keys,
        atOnce,
        eventLoopDelayP99Ms: delay * 1000,
      })
    } finally {
      client.close()
      network.close()
      await server.close()
    }
  },
}

const inLanes = async <T>(count: number, work: (index: number) => Promise<T>): Promise<readonly T[]> => {
  const results: T[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next++
      results[index] = await work(index)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}

const eventLoopDelay = async (url: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1] ?? Number.NaN)
}

/** Opening the envelope, signing the certificate, signing the answer. */
const rsaAlone = async (keyPair: KeyPair | undefined): Promise<number> => {
  if (keyPair === undefined) return Number.NaN
  const key = { key: keyPair.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }
  const sealed = publicEncrypt({ key: keyPair.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, Buffer.alloc(32))
  const data = Buffer.alloc(1024)
  const begun = performance.now()
  let done = 0
  while (performance.now() - begun < 3000) {
    privateDecrypt(key, sealed)
    sign('sha256', data, keyPair.privateKey)
    sign('sha256', data, keyPair.privateKey)
    done++
  }
  return Promise.resolve((done * 1000) / (performance.now() - begun))
}

import type { TLSSocket } from 'node:tls'
import { certificate } from '../../domain/certificates/certificate.ts'
import type { SyncHeader } from '../../protocols/windows/syncml/message.ts'
import { isDigest } from '../../protocols/windows/syncml/digest.ts'
import { fingerprintOf, isIssuedBy } from '../../protocols/x509/certificate.ts'
import { attemptsOf } from '../attempts.ts'
import type { DeviceHead } from '../device-path.ts'
import type { KnownWindowsDevice, KnownWindowsDevices } from './known-devices.ts'
import type { WindowsEdge } from './settings.ts'

/** Whether a message is the device's own; `nonce` is what the next try is to be made with. */
export type Verdict = Readonly<{ kind: 'own' }> | Readonly<{ kind: 'asked' | 'wrong'; nonce: Uint8Array }>

export type Authenticate = (head: Pick<DeviceHead, 'socket'>, header: SyncHeader, device: KnownWindowsDevice) => Promise<Verdict>

/**
 * A nonce is good for this long, and for as long again, ms. It follows from device, session and time, so that any process knows it, nothing is
 * stored for it, and a digest that was seen in one session opens no other.
 */
const nonceMs = 5 * 60_000

/** So often in a minute one device is looked up anew for a wrong digest: whoever guesses costs no more than that, and locks nobody out. */
const lookUpsPerMinute = 20

/**
 * A device shows its identity certificate, where TLS asks for it, or proves its password for a nonce of this session (MS-MDM).
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/33769a92-ac31-47ef-ae7b-dc8501f7104f
 */
export const sessionAuthentication = (edge: WindowsEdge, devices: KnownWindowsDevices): Authenticate => {
  const { app, tickets, trust, identity } = edge
  const lookUps = attemptsOf(app.clock, { limit: lookUpsPerMinute, windowMs: 60_000 })

  const nonceOf = async (deviceId: string, sessionId: string, age: number): Promise<Uint8Array> => {
    const window = Math.floor(app.clock().getTime() / nonceMs) - age
    return Buffer.from(await tickets.digest('windows-nonce', JSON.stringify([deviceId, sessionId, window])), 'hex').subarray(
      0,
      24,
    )
  }

  /** By thumbprint: a name in a certificate proves nothing. */
  const showsIdentity = async ({ socket }: Pick<DeviceHead, 'socket'>, { deviceId }: KnownWindowsDevice): Promise<boolean> => {
    const peer = identity.kind === 'tls' ? (socket as Partial<TLSSocket>).getPeerX509Certificate?.() : undefined
    if (peer === undefined || !isIssuedBy(peer, trust.authorities().trusted)) return false
    const fingerprint = fingerprintOf(peer)
    const { state } = await app.load(certificate, fingerprint)
    const isCurrent = Date.parse(peer.validTo) > app.clock().getTime()
    return state.enrollmentId === deviceId && !state.revoked && !trust.isRevoked(fingerprint) && isCurrent
  }

  const isRight = async (
    told: string,
    header: SyncHeader,
    { deviceId, credentialHash }: KnownWindowsDevice,
  ): Promise<boolean> => {
    for (const age of [0, 1]) if (isDigest(told, credentialHash, await nonceOf(deviceId, header.sessionId, age))) return true
    return false
  }

  return async (head, header, device) => {
    const { credential, sessionId } = header
    if (await showsIdentity(head, device)) return { kind: 'own' }
    const nonce = () => nonceOf(device.deviceId, sessionId, 0)
    if (credential?.type !== 'syncml:auth-md5') return { kind: 'asked', nonce: await nonce() }
    if (await isRight(credential.data, header, device)) return { kind: 'own' }
    const challenged = { kind: 'wrong', nonce: await nonce() } as const
    if (!lookUps.mayTry(device.deviceId)) return challenged
    lookUps.count(device.deviceId)
    // It may have enrolled again a moment ago, through another process.
    const anew = await devices.lookAgain(device.deviceId)
    if (anew !== null && anew.credentialHash !== device.credentialHash && (await isRight(credential.data, header, anew)))
      return { kind: 'own' }
    return challenged
  }
}

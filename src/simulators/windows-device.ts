import { oneAtATime } from '../kernel/one-at-a-time.ts'
import type { Credential } from '../protocols/windows/enrollment/read-request.ts'
import { devDetail, devInfo, dmClient, rebootNow, remoteWipe } from '../protocols/windows/syncml/csp.ts'
import { credentialHash } from '../protocols/windows/syncml/digest.ts'
import { certificateNode } from '../protocols/windows/scep-profile.ts'
import { normalLocUri } from '../protocols/windows/syncml/loc-uris.ts'
import type { KeyPair } from '../protocols/x509/keys.ts'
import { generateRsaKey } from '../protocols/x509/keys.ts'
import { DeviceFailure } from './apple/failure.ts'
import type { Network } from './apple/network.ts'
import { random } from './random.ts'
import type { CspTree, Done } from './windows/csp-tree.ts'
import { cspTree } from './windows/csp-tree.ts'
import type { Arriving, Identity } from './windows/enrollment.ts'
import { enroll, renew } from './windows/enrollment.ts'
import { syncSession } from './windows/session.ts'

/** How a device behaves; chances from 0 to 1, looked at before each use. */
export type WindowsBehaviour = Readonly<{
  losesAnswer?: number
  repeats?: number
  /** What commands on these nodes are answered with instead of being done. */
  failures?: Readonly<Record<string, string>>
  /** Whether certificates can be enrolled by SCEP. */
  scep?: boolean
  /** Nodes whose commands it accepts with 202. */
  accepts?: readonly string[]
  /** Nodes that make a message unreadable to it. */
  chokesOn?: readonly string[]
}>

export type WindowsDeviceOptions = Readonly<{
  network: Network
  seed: string
  discoveryUrl: string
  /** What it enrolls with. */
  credential: (device: WindowsDevice) => Promise<Credential>
  /** Two devices from one image that was not generalised have the same. */
  hardwareId?: string
  serial?: string
  name?: string
  email?: string
  enrollmentType?: 'Full' | 'Device'
  inSetup?: boolean
  /** What the page of the terms of use gave to its user. */
  terms?: string
  signedIn?: SignedIn
  /** Whose settings its sessions are for; absent: it says nothing, and takes both. */
  syncType?: SyncType
  behaviour?: WindowsBehaviour
  keyPair?: KeyPair
  pieceLength?: number
  maxMessage?: number
  maxObject?: number
  onCommand?: (done: Done) => void
}>

/** Whether the user who enrolled the PC is signed in, as its LoginStatus says. */
export type SignedIn = 'user' | 'others' | 'none'
export type SyncType = 'user' | 'device' | 'mixed'

/** A simulated Windows PC: enrolls, calls, and keeps what it is told in its tree of settings. */
export type WindowsDevice = Readonly<{
  /** The SMBIOS UUID that its agent tells; Windows itself does not. */
  uuid: string
  serial: string
  name: string
  hardwareId: string
  /** Of the enrolment that it is in. */
  deviceId: () => string
  /** Throws `DeviceFailure`. A device that is enrolled forgets that, and enrolls under a new id. */
  enroll: () => Promise<void>
  enrolled: () => boolean
  /** One session; answers how many commands it did. */
  connect: () => Promise<number>
  /** Its user disconnects it, and it says farewell as far as the server hears it. */
  leave: () => Promise<void>
  /** Gets the next identity certificate. */
  renew: () => Promise<void>
  /** From now on somebody is signed in, or nobody is. */
  signIn: (who: SignedIn) => void
  /** Its next sessions are for the settings of one side, or of both. */
  syncFor: (whom: SyncType) => void
  tree: CspTree
  erased: () => boolean
}>

export const windowsDevice = (options: WindowsDeviceOptions): WindowsDevice => {
  const luck = random(`windows ${options.seed}`)
  const hex = '0123456789ABCDEF'
  const uuid = luck.uuid()
  const serial = options.serial ?? `W${luck.text(9, '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ')}`
  const name = options.name ?? `DESKTOP-${luck.text(7, '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ')}`
  const hardwareId = options.hardwareId ?? luck.text(64, hex)
  const behaviour = options.behaviour ?? {}
  /** Sessions of one device never overlap. */
  const alone = oneAtATime()
  let deviceId = ''
  let identity: Identity | null = null
  let sessions = 0
  let gone: 'unenrolled' | 'erased' | null = null
  let signedIn = options.signedIn ?? 'user'
  let syncType = options.syncType

  const { unenroll } = dmClient('Muster')
  const wipes = new Set<string>(Object.values(remoteWipe).map(normalLocUri))
  /** Says that it began; how far it came stands in a node of its own. */
  const enrollCertificate = (locUri: string): string => {
    if (behaviour.scep === false) return '406'
    const status = {
      target: `${certificateNode(locUri)}/Status`,
      source: null,
      format: 'int',
      type: null,
      data: '1',
      moreData: false,
    }
    inner.run({ name: 'Replace', cmdId: 'status', items: [status] })
    return '202'
  }
  const exec = (locUri: string): string | null => {
    const node = normalLocUri(locUri)
    if (wipes.has(node)) gone = 'erased'
    else if (node === normalLocUri(unenroll)) gone = 'unenrolled'
    else if (node.endsWith('/install/enroll')) return enrollCertificate(locUri)
    else if (node !== normalLocUri(rebootNow) && !node.endsWith('/downloadinstall')) return null
    return '200'
  }
  const facts = {
    [devInfo.manufacturer]: 'Contoso',
    [devInfo.model]: 'Latitude 7440',
    [devInfo.managementVersion]: '1.3',
    [devInfo.language]: 'en-US',
    [devDetail.osVersion]: '10.0.22631.4037',
    [devDetail.deviceName]: name,
    [devDetail.serial]: serial,
    [devDetail.totalMemory]: '16384',
  }
  const failures = (locUri: string): string | undefined =>
    Object.entries(behaviour.failures ?? {}).find(([node]) => normalLocUri(node) === normalLocUri(locUri))?.[1]
  const reaches = () => ({ user: signedIn === 'user' && syncType !== 'device', device: syncType !== 'user' })
  const { maxObject } = options
  const inner = cspTree({
    ...{ facts, failures, reaches, exec, accepts: behaviour.accepts ?? [] },
    ...(maxObject !== undefined && { maxObject }),
  })
  const tree: CspTree = {
    ...inner,
    valueOf: (locUri) => (locUri === devInfo.id ? deviceId : inner.valueOf(locUri)),
  }

  const arriving = (): Arriving => ({
    ...{ deviceId, hardwareId, name, osVersion: '10.0.22631.4037', email: options.email ?? '' },
    ...{ enrollmentType: options.enrollmentType ?? 'Device', inSetup: options.inSetup ?? false, terms: options.terms ?? null },
  })

  const session = async (leaves: boolean): Promise<number> => {
    if (identity === null) throw new DeviceFailure('not-enrolled', `${name} is not enrolled.`)
    const { managementUrl, name: userName, password } = identity.provisioned
    sessions += 1
    return syncSession({
      ...{ network: options.network, url: managementUrl, deviceId, credential: credentialHash(userName, password) },
      ...{ sessionId: String(sessions), tree, signedIn, leaves, ...(syncType && { syncType }) },
      luck: {
        losesAnswer: () => luck.chance(behaviour.losesAnswer ?? 0),
        repeats: () => luck.chance(behaviour.repeats ?? 0),
      },
      pieceLength: options.pieceLength ?? 500_000,
      ...(behaviour.chokesOn && { chokesOn: behaviour.chokesOn }),
      ...(options.maxMessage !== undefined && { maxMessage: options.maxMessage }),
      ...(maxObject !== undefined && { maxObject }),
      ...(options.onCommand && { onCommand: options.onCommand }),
      goesOn: () => gone === null,
    })
  }

  /** Nobody manages it any more. */
  const forget = (): void => {
    identity = null
    tree.clear()
  }

  const device: WindowsDevice = {
    ...{ uuid, serial, name, hardwareId, tree },
    deviceId: () => deviceId,
    enroll: async () => {
      deviceId = luck.text(32, hex)
      sessions = 0
      gone = null
      tree.clear()
      const keyPair = options.keyPair ?? (await generateRsaKey(2048))
      const credential = await options.credential(device)
      identity = await enroll(options.network, options.discoveryUrl, { arriving: arriving(), credential, keyPair })
    },
    enrolled: () => identity !== null,
    connect: () =>
      alone(async () => {
        const executed = await session(false)
        // The session breaks off; another tells that it left.
        if (gone === 'unenrolled') await session(true)
        if (gone !== null) forget()
        return executed
      }),
    leave: () =>
      alone(async () => {
        await session(true)
        forget()
      }),
    renew: async () => {
      if (identity === null) throw new DeviceFailure('not-enrolled', `${name} is not enrolled.`)
      await renew(options.network, identity, arriving())
    },
    signIn: (who) => {
      signedIn = who
    },
    syncFor: (whom) => {
      syncType = whom
    },
    erased: () => gone === 'erased',
  }
  return device
}

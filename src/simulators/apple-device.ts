import { data, dictOf } from '../protocols/plist/fields.ts'
import { readPlist } from '../protocols/plist/read.ts'
import type { PlistDict } from '../protocols/plist/value.ts'
import type { KeyPair } from '../protocols/x509/keys.ts'
import type { Answer, Commanded } from './apple/answers.ts'
import type { Behaviour } from './apple/behaviour.ts'
import type { Channel, Signing } from './apple/channel.ts'
import { openChannel } from './apple/channel.ts'
import { authenticate, checkOut, tokenUpdate } from './apple/check-in.ts'
import { freshCondition } from './apple/condition.ts'
import type { HeldDeclaration } from './apple/declarations.ts'
import { declarationStore, declarativeMessage } from './apple/declarations.ts'
import type { MdmSettings } from './apple/enrollment.ts'
import { enrollmentSettingsOf, frozenDifference } from './apple/enrollment.ts'
import type { DeviceFacts, Model } from './apple/facts.ts'
import { factsOf } from './apple/facts.ts'
import { DeviceFailure } from './apple/failure.ts'
import { obtainIdentity } from './apple/identity.ts'
import type { Network } from './apple/network.ts'
import { inTurn } from './apple/in-turn.ts'
import { installPackage } from './apple/package.ts'
import type { Profile } from './apple/profile.ts'
import { openProfile } from './apple/profile.ts'
import type { InstalledProfile } from './apple/profile-store.ts'
import { profileStore } from './apple/profile-store.ts'
import { runSession } from './apple/session.ts'
import type { DeviceUser } from './apple/user.ts'
import { deviceUser } from './apple/user.ts'
import { random } from './random.ts'

export type AppleDeviceOptions = Readonly<{
  /** Of `deviceNetwork`; share one among many devices. */
  network: Network
  /** Equal seeds make equal devices with equal luck. */
  seed: string
  model: Model
  /** Bought by the organization: takes Lost Mode, gives its bootstrap token into custody. */
  supervised?: boolean
  /** A key for the identity; generated at enrollment when absent, which takes about a second of a core. */
  identityKey?: KeyPair
  behaviour?: Behaviour
  /** As the enrollment profile's SignMessage says, unless told. */
  signing?: Signing
  /** Told of every command that was dealt with. */
  onAnswer?: (requestType: string, status: Answer['status']) => void
}>

export type AppleDevice = Readonly<{
  udid: string
  serial: string
  name: string
  model: Model
  facts: DeviceFacts
  /** The APNs token in hex, as it stands in a push's URL. */
  pushToken: string
  pushMagic: string
  enrolled: () => boolean
  /**
   * Reads an enrollment profile (CMS-signed or not), gets an identity over SCEP, and checks in; `awaiting` in its setup assistant. Throws
   * `ParseError` when the profile or an answer is malformed, `DeviceFailure` when the server refuses; the device is then as it was.
   */
  enroll: (profile: Uint8Array, options?: Readonly<{ awaiting?: boolean }>) => Promise<void>
  /**
   * One session: `Idle`, then commands until there are none; answers how many. Sessions of one device wait for one another. A lost answer
   * ends a session early. A locked Mac does nothing. Throws `DeviceFailure`; with code `unenrolled` the device has dropped its management.
   */
  connect: () => Promise<number>
  /** A session of one of its users. */
  connectUser: (shortName: string) => Promise<number>
  /** What the server has installed, without the enrollment profile. */
  installed: () => readonly InstalledProfile[]
  /** What it has installed for a user. */
  installedFor: (shortName: string) => readonly InstalledProfile[]
  declarations: () => readonly HeldDeclaration[]
  /** A user logs in and gets a channel; of a directory, the server is asked first. Answers false when it wants no such user. */
  logIn: (shortName: string, options?: Readonly<{ ofDirectory?: boolean; onSharedIpad?: boolean }>) => Promise<boolean>
  /** As its user does in the settings: nobody tells the server. Answers false when there is no such profile. */
  removeProfileByHand: (identifier: string) => boolean
  /** Types the PIN into a locked Mac; answers whether it is open now. */
  typePin: (pin: string) => boolean
  locked: () => boolean
  lost: () => boolean
  awaiting: () => boolean
  hasPasscode: () => boolean
  /** The manifests of the packages that it installed. */
  applications: () => readonly string[]
  /** Gets another push token from Apple, and tells the server. */
  rotateToken: () => Promise<void>
  /** Asks the server for the bootstrap token that it gave; null when there is none. */
  fetchBootstrapToken: () => Promise<Uint8Array | null>
  /** Removes the enrollment profile; tells the server, once and without insisting, when the profile says so. */
  checkOut: () => Promise<void>
}>

type Enrollment = Readonly<{ profile: Profile; settings: MdmSettings; channel: Channel; certificateDer: Uint8Array }>

/** A simulated Mac or iPhone, which keeps its profiles and speaks to a real server. */
export const appleDevice = (options: AppleDeviceOptions): AppleDevice => {
  const { network, seed, model, supervised = false, behaviour = {}, onAnswer = () => undefined } = options
  const facts = factsOf(seed, model, supervised)
  const ids = { UDID: facts.udid }
  const luck = random(`luck of ${model} ${seed}`)
  const tokens = random(`tokens of ${model} ${seed}`)
  const transactions = random(`transactions of ${model} ${seed}`)
  const profiles = profileStore()
  const status = { device: { 'operating-system': { version: facts.osVersion, 'build-version': facts.buildVersion } } }
  const declarations = declarationStore(random(`declarations of ${model} ${seed}`), {
    status,
    ...(behaviour.declaration === undefined ? {} : { failure: behaviour.declaration }),
  })
  const users = new Map<string, DeviceUser>()
  const turn = inTurn()
  let condition = freshCondition(tokens)
  let enrollment: Enrollment | null = null
  let unsentReport: PlistDict | null = null

  const managed = (): Enrollment => {
    if (enrollment === null) throw new DeviceFailure('not-enrolled', `Device ${facts.serial} is not enrolled.`)
    return enrollment
  }

  const enrollWith = async (profile: Profile): Promise<void> => {
    const { mdm, scep } = enrollmentSettingsOf(profile, facts)
    const frozen = enrollment === null ? null : frozenDifference(enrollment.settings, mdm)
    if (frozen !== null) throw new DeviceFailure('bad-profile', `The profile changes ${frozen}, which must stay as it is.`)
    const wish = { settings: scep, transactionId: transactions.uuid(), keyPair: options.identityKey }
    const identity = await obtainIdentity(network, wish)
    const signing = options.signing ?? (mdm.signMessage ? 'mdm-signature' : 'client-certificate')
    const channel = openChannel({ network, settings: mdm, identity, signing })
    const { pushToken, pushMagic, awaiting } = condition
    await channel.checkIn(authenticate(facts, mdm))
    await channel.checkIn(tokenUpdate(ids, mdm, { pushToken, pushMagic, awaiting, unlockToken: facts.unlockToken }))
    const isFirst = enrollment === null
    enrollment = { profile, settings: mdm, channel, certificateDer: identity.certificateDer }
    if (isFirst && model === 'mac' && supervised && mdm.capabilities.includes('com.apple.mdm.bootstraptoken'))
      await channel.checkIn({ MessageType: 'SetBootstrapToken', ...ids, BootstrapToken: tokens.bytes(64) })
  }

  /** Everything that management brought is gone. */
  const forget = (): void => {
    enrollment = null
    unsentReport = null
    profiles.clear()
    declarations.clear()
    users.clear()
    condition = freshCondition(tokens)
  }

  const unenroll = async (): Promise<void> => {
    const leaving = enrollment
    forget()
    if (leaving?.settings.checkOutWhenRemoved !== true) return
    // One try, and nobody waits for the answer: that is all that Apple promises.
    await leaving.channel.lastWord(checkOut(facts, leaving.settings)).catch(() => undefined)
  }

  const commanded = (user: DeviceUser | null): Commanded => ({
    facts,
    channel: user === null ? 'device' : 'user',
    profiles: user?.profiles ?? profiles,
    condition,
    enrollment: () => enrollment,
    renew: enrollWith,
    install: (command) => installPackage(network, command),
    users: () => [...users.keys()],
  })

  const syncDeclarations = (user: DeviceUser | null): Promise<number> =>
    (user?.declarations ?? declarations).sync((endpoint, data) =>
      managed().channel.checkIn(declarativeMessage(user?.ids ?? ids, endpoint, data)),
    )

  const session = async (user: DeviceUser | null): Promise<number> => {
    managed()
    if (condition.lockedWith !== null) return 0
    let userUnsent: PlistDict | null = null
    const { answered, afterwards } = await runSession({
      report: (message) => managed().channel.report(message),
      ids: user?.ids ?? ids,
      device: commanded(user),
      behaviour,
      luck,
      unsent:
        user === null
          ? { get: () => unsentReport, set: (report) => (unsentReport = report) }
          : { get: () => userUnsent, set: (report) => (userUnsent = report) },
      onAnswer,
    })
    if (afterwards === 'erase') forget()
    if (afterwards === 'unenroll') await unenroll()
    // In its setup assistant a device answers commands, and declares nothing yet.
    if (enrollment !== null && condition.declares && !condition.awaiting) {
      condition.declares = false
      await syncDeclarations(user)
    }
    return answered
  }

  /** A server that ends the management is obeyed at once. */
  const obeying = async <T>(deed: () => Promise<T>): Promise<T> => {
    try {
      return await deed()
    } catch (error) {
      if (error instanceof DeviceFailure && error.code === 'unenrolled') forget()
      throw error
    }
  }

  const userCalled = (shortName: string): DeviceUser => {
    const user = users.get(shortName)
    if (user === undefined) throw new DeviceFailure('not-enrolled', `No ${shortName} is logged in on ${facts.serial}.`)
    return user
  }

  /** False when the server does not manage users of a directory. */
  const isWelcome = async (user: DeviceUser): Promise<boolean> => {
    const { channel } = managed()
    const message = { MessageType: 'UserAuthenticate', ...ids, UserID: user.ids['UserID'] ?? '' }
    try {
      const challenge = await channel.checkIn(message)
      if (challenge.length > 0) await channel.checkIn({ ...message, DigestResponse: '' })
      return true
    } catch (error) {
      if (error instanceof DeviceFailure && error.status === 410) return false
      throw error
    }
  }

  return {
    udid: facts.udid,
    serial: facts.serial,
    name: facts.name,
    model,
    facts,
    get pushToken() {
      return Buffer.from(condition.pushToken).toString('hex')
    },
    get pushMagic() {
      return condition.pushMagic
    },
    enrolled: () => enrollment !== null,
    enroll: (bytes, { awaiting = false } = {}) =>
      turn(async () => {
        const profile = openProfile(bytes)
        if (enrollment !== null && enrollment.profile.identifier !== profile.identifier)
          throw new DeviceFailure('bad-profile', `Device ${facts.serial} is enrolled with another profile.`)
        condition.awaiting = awaiting
        await obeying(() => enrollWith(profile))
      }),
    connect: () => turn(() => obeying(() => session(null))),
    connectUser: (shortName) => turn(() => obeying(() => session(userCalled(shortName)))),
    installed: profiles.list,
    installedFor: (shortName) => userCalled(shortName).profiles.list(),
    declarations: declarations.list,
    logIn: (shortName, { ofDirectory = false, onSharedIpad = false } = {}) =>
      turn(async () => {
        const { channel, settings } = managed()
        const user = deviceUser({ shortName, onSharedIpad, luck: tokens, deviceIds: ids })
        if (ofDirectory && !(await isWelcome(user))) return false
        await channel.checkIn(tokenUpdate(user.ids, settings, user))
        users.set(shortName, user)
        return true
      }),
    removeProfileByHand: profiles.remove,
    typePin: (pin) => {
      if (condition.lockedWith === pin) condition.lockedWith = null
      return condition.lockedWith === null
    },
    locked: () => condition.lockedWith !== null,
    lost: () => condition.lost,
    awaiting: () => condition.awaiting,
    hasPasscode: () => condition.hasPasscode,
    applications: () => condition.applications,
    rotateToken: () =>
      turn(async () => {
        const { channel, settings } = managed()
        const next = { pushToken: tokens.bytes(32), pushMagic: tokens.uuid() }
        await channel.checkIn(tokenUpdate(ids, settings, next))
        Object.assign(condition, next)
      }),
    fetchBootstrapToken: () =>
      turn(async () => {
        const body = await managed().channel.checkIn({ MessageType: 'GetBootstrapToken', ...ids })
        return body.length === 0 ? null : bootstrapTokenIn(body)
      }),
    checkOut: () => turn(unenroll),
  }
}

const bootstrapTokenIn = (body: Uint8Array): Uint8Array => data(dictOf(readPlist(body), 'answer'), 'BootstrapToken', 64 * 1024)

import type { PlistDict } from '../protocols/plist/value.ts'
import type { KeyPair } from '../protocols/x509/keys.ts'
import type { Answer } from './apple/answers.ts'
import type { Behaviour } from './apple/behaviour.ts'
import type { Channel, Signing } from './apple/channel.ts'
import { openChannel } from './apple/channel.ts'
import { authenticate, checkOut, tokenUpdate } from './apple/check-in.ts'
import type { MdmSettings } from './apple/enrollment.ts'
import { enrollmentSettingsOf, frozenDifference } from './apple/enrollment.ts'
import type { Model } from './apple/facts.ts'
import { factsOf } from './apple/facts.ts'
import { DeviceFailure } from './apple/failure.ts'
import { obtainIdentity } from './apple/identity.ts'
import type { Network } from './apple/network.ts'
import { inTurn } from './apple/in-turn.ts'
import type { Profile } from './apple/profile.ts'
import { openProfile } from './apple/profile.ts'
import type { InstalledProfile } from './apple/profile-store.ts'
import { profileStore } from './apple/profile-store.ts'
import { runSession } from './apple/session.ts'
import { random } from './random.ts'

export type AppleDeviceOptions = Readonly<{
  /** Of `deviceNetwork`; share one among many devices. */
  network: Network
  /** Equal seeds make equal devices with equal luck. */
  seed: string
  model: Model
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
  /** The APNs token in hex, as it stands in a push's URL. */
  pushToken: string
  pushMagic: string
  enrolled: () => boolean
  /**
   * Reads an enrollment profile (CMS-signed or not), gets an identity over SCEP, and checks in. Throws `ParseError` when the profile or an
   * answer is malformed, `DeviceFailure` when the server refuses; the device is then as it was.
   */
  enroll: (profile: Uint8Array) => Promise<void>
  /**
   * One session: `Idle`, then commands until there are none; answers how many. Sessions of one device wait for one another.
   * A lost answer ends a session early. Throws `DeviceFailure`; with code `unenrolled` the device has dropped its management.
   */
  connect: () => Promise<number>
  /** What the server has installed, without the enrollment profile. */
  installed: () => readonly InstalledProfile[]
  /** As its user does in the settings: nobody tells the server. Answers false when there is no such profile. */
  removeProfileByHand: (identifier: string) => boolean
  /** Removes the enrollment profile; tells the server, once and without insisting, when the profile says so. */
  checkOut: () => Promise<void>
}>

type Enrollment = Readonly<{ profile: Profile; settings: MdmSettings; channel: Channel; certificateDer: Uint8Array }>

/** A simulated Mac or iPhone, which keeps its profiles and speaks to a real server. */
export const appleDevice = (options: AppleDeviceOptions): AppleDevice => {
  const { network, seed, model, behaviour = {}, onAnswer = () => undefined } = options
  const facts = factsOf(seed, model)
  const luck = random(`luck of ${model} ${seed}`)
  const profiles = profileStore()
  const transactions = random(`transactions of ${model} ${seed}`)
  const turn = inTurn()
  let enrollment: Enrollment | null = null
  let unsentReport: PlistDict | null = null

  const enrollWith = async (profile: Profile): Promise<void> => {
    const { mdm, scep } = enrollmentSettingsOf(profile, facts)
    const frozen = enrollment === null ? null : frozenDifference(enrollment.settings, mdm)
    if (frozen !== null) throw new DeviceFailure('bad-profile', `The profile changes ${frozen}, which must stay as it is.`)
    const wish = { settings: scep, transactionId: transactions.uuid(), keyPair: options.identityKey }
    const identity = await obtainIdentity(network, wish)
    const signing = options.signing ?? (mdm.signMessage ? 'mdm-signature' : 'client-certificate')
    const channel = openChannel({ network, settings: mdm, identity, signing })
    await channel.checkIn(authenticate(facts, mdm))
    await channel.checkIn(tokenUpdate(facts, mdm))
    enrollment = { profile, settings: mdm, channel, certificateDer: identity.certificateDer }
  }

  const forget = (): void => {
    enrollment = null
    unsentReport = null
    profiles.clear()
  }

  const unenroll = async (): Promise<void> => {
    const leaving = enrollment
    forget()
    if (leaving?.settings.checkOutWhenRemoved !== true) return
    // One try, and nobody waits for the answer: that is all that Apple promises.
    await leaving.channel.lastWord(checkOut(facts, leaving.settings)).catch(() => undefined)
  }

  const managed = (): Enrollment => {
    if (enrollment === null) throw new DeviceFailure('not-enrolled', `Device ${facts.serial} is not enrolled.`)
    return enrollment
  }

  const connect = async (): Promise<number> => {
    managed()
    const { answered, afterwards } = await runSession({
      report: (message) => managed().channel.report(message),
      device: { facts, profiles, enrollment: () => enrollment, renew: enrollWith },
      behaviour,
      luck,
      unsent: { get: () => unsentReport, set: (report) => (unsentReport = report) },
      onAnswer,
    })
    if (afterwards === 'erase') forget()
    if (afterwards === 'unenroll') await unenroll()
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

  return {
    udid: facts.udid,
    serial: facts.serial,
    name: facts.name,
    model,
    pushToken: Buffer.from(facts.pushToken).toString('hex'),
    pushMagic: facts.pushMagic,
    enrolled: () => enrollment !== null,
    enroll: (bytes) =>
      turn(async () => {
        const profile = openProfile(bytes)
        if (enrollment !== null && enrollment.profile.identifier !== profile.identifier)
          throw new DeviceFailure('bad-profile', `Device ${facts.serial} is enrolled with another profile.`)
        await obeying(() => enrollWith(profile))
      }),
    connect: () => turn(() => obeying(connect)),
    installed: profiles.list,
    removeProfileByHand: profiles.remove,
    checkOut: () => turn(unenroll),
  }
}

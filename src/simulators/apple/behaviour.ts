import type { Random } from '../random.ts'
import type { Model } from './facts.ts'

/** How often a device misbehaves: probabilities from 0 to 1, each 0 unless told. */
export type Behaviour = Readonly<{
  /** Per command that the model may put off at all: says NotNow. */
  notNow?: number
  /** Per command: fails without having done anything. */
  error?: number
  /** Per command: carries it out, but the connection breaks before the answer is sent. Half of these answers are sent in the next session. */
  dropAck?: number
  /** Per command: the first reply to the answer is lost, so that the answer is sent twice. */
  duplicate?: number
  /** Per declaration: it cannot be applied. */
  declaration?: number
}>

/** What luck has in store for one command. */
export type Fate = Readonly<{ notNow: boolean; error: boolean; dropAck: boolean; keepsAnswer: boolean; duplicate: boolean }>

/** Draws the same number of times for every command, so that changing one probability leaves the other fates as they were. */
export const fateOf = (luck: Random, { notNow = 0, error = 0, dropAck = 0, duplicate = 0 }: Behaviour): Fate => ({
  notNow: luck.chance(notNow),
  error: luck.chance(error),
  dropAck: luck.chance(dropAck),
  keepsAnswer: luck.chance(0.5),
  duplicate: luck.chance(duplicate),
})

/** Commands that a model never puts off. */
export const neverNotNow: Readonly<Record<Model, ReadonlySet<string>>> = {
  mac: new Set([
    'DeviceLock',
    'EraseDevice',
    'RestartDevice',
    'ShutDownDevice',
    'UserList',
    'DeleteUser',
    'UnlockUserAccount',
    'ActivationLockBypassCode',
    'ClearActivationLockBypassCode',
  ]),
  iphone: new Set([
    'DeviceInformation',
    'ProfileList',
    'DeviceLock',
    'EraseDevice',
    'ClearPasscode',
    'CertificateList',
    'ProvisioningProfileList',
    'InstalledApplicationList',
    'Restrictions',
  ]),
}

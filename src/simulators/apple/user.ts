import type { PlistDict } from '../../protocols/plist/value.ts'
import type { Random } from '../random.ts'
import type { DeclarationStore } from './declarations.ts'
import { declarationStore } from './declarations.ts'
import type { ProfileStore } from './profile-store.ts'
import { profileStore } from './profile-store.ts'

/** All users of a Shared iPad have this id; their names tell them apart. */
const sharedIpadUserId = 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'

/** Somebody who is logged in on a device, with a channel of their own. */
export type DeviceUser = Readonly<{
  shortName: string
  /** The keys that every message of the user carries. */
  ids: PlistDict
  pushToken: Uint8Array
  pushMagic: string
  profiles: ProfileStore
  declarations: DeclarationStore
}>

export type UserWish = Readonly<{
  shortName: string
  longName?: string
  onSharedIpad?: boolean
  luck: Random
  deviceIds: PlistDict
}>

export const deviceUser = ({ shortName, longName = shortName, onSharedIpad = false, luck, deviceIds }: UserWish): DeviceUser => ({
  shortName,
  ids: {
    ...deviceIds,
    UserID: onSharedIpad ? sharedIpadUserId : luck.uuid(),
    UserShortName: shortName,
    UserLongName: longName,
  },
  pushToken: luck.bytes(32),
  pushMagic: luck.uuid(),
  profiles: profileStore(),
  declarations: declarationStore(luck),
})

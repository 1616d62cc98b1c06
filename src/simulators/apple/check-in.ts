import type { PlistDict } from '../../protocols/plist/value.ts'
import type { MdmSettings } from './enrollment.ts'
import type { DeviceFacts } from './facts.ts'

/** The first message of an enrollment, or of a renewed one. */
export const authenticate = (facts: DeviceFacts, { topic }: MdmSettings): PlistDict => ({
  MessageType: 'Authenticate',
  Topic: topic,
  UDID: facts.udid,
  SerialNumber: facts.serial,
  ProductName: facts.productName,
  OSVersion: facts.osVersion,
  BuildVersion: facts.buildVersion,
  ...(facts.model === 'mac' ? { DeviceName: facts.name, Model: facts.productName, ModelName: facts.modelName } : {}),
})

type Token = Readonly<{ pushToken: Uint8Array; pushMagic: string; awaiting?: boolean; unlockToken?: Uint8Array | null }>

/** How the device, or with a user's ids its user, can be woken. */
export const tokenUpdate = (ids: PlistDict, { topic }: MdmSettings, token: Token): PlistDict => ({
  MessageType: 'TokenUpdate',
  ...ids,
  Topic: topic,
  Token: token.pushToken,
  PushMagic: token.pushMagic,
  ...(token.awaiting === undefined ? {} : { AwaitingConfiguration: token.awaiting }),
  ...(token.unlockToken == null ? {} : { UnlockToken: token.unlockToken }),
})

export const checkOut = ({ udid }: DeviceFacts, { topic }: MdmSettings): PlistDict => ({
  MessageType: 'CheckOut',
  Topic: topic,
  UDID: udid,
})

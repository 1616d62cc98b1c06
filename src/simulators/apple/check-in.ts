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

/** How the device can be woken. */
export const tokenUpdate = (facts: DeviceFacts, { topic }: MdmSettings): PlistDict => ({
  MessageType: 'TokenUpdate',
  Topic: topic,
  UDID: facts.udid,
  Token: facts.pushToken,
  PushMagic: facts.pushMagic,
  AwaitingConfiguration: false,
  ...(facts.unlockToken === null ? {} : { UnlockToken: facts.unlockToken }),
})

export const checkOut = ({ udid }: DeviceFacts, { topic }: MdmSettings): PlistDict => ({
  MessageType: 'CheckOut',
  Topic: topic,
  UDID: udid,
})

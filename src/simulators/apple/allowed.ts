import type { DeviceFacts, Model } from './facts.ts'

/** Where a command may go on one platform: to the device alone, or to users as well; `supervised`: only where the organization owns the device. */
type Way = Readonly<{ users?: true; supervised?: true }>

type Rule = Readonly<{
  /** Absent: this platform has no such command. */
  mac?: Way
  iphone?: Way
  /** The bit of `AccessRights` that the enrollment profile must have given; absent: none is needed. */
  right?: number
}>

const [inspect, install, lock, erase, apps, restrictions, security, settings, manageApps] = [
  ...[1, 2, 4, 8, 256, 512, 1024, 2048, 4096],
] as const
const anywhere = { mac: { users: true }, iphone: {} } as const
const device = { mac: {}, iphone: {} } as const
const supervised = { supervised: true } as const

/**
 * What each command asks of a device before it is looked at any further; each command's page says so under "Availability" and "Allowed".
 * https://developer.apple.com/documentation/devicemanagement/commands-and-queries
 */
const rules: Readonly<Record<string, Rule>> = {
  InstallProfile: { ...anywhere, right: install },
  RemoveProfile: { ...anywhere, right: install },
  ProfileList: { ...anywhere, right: inspect },
  CertificateList: { ...anywhere, right: inspect },
  DeviceInformation: anywhere,
  SecurityInfo: { ...anywhere, right: security },
  InstalledApplicationList: { ...anywhere, right: apps },
  ManagedApplicationList: { ...anywhere, right: manageApps },
  DeclarativeManagement: anywhere,
  DeviceConfigured: device,
  InstallEnterpriseApplication: { mac: {}, right: manageApps },
  DeviceLock: { ...device, right: lock },
  EraseDevice: { ...device, right: erase },
  EnableLostMode: { iphone: supervised },
  DisableLostMode: { iphone: supervised },
  DeviceLocation: { iphone: supervised },
  PlayLostModeSound: { iphone: supervised },
  ClearPasscode: { iphone: {}, right: lock },
  Settings: { ...anywhere, right: settings },
  UserList: { mac: supervised, iphone: {} },
  Restrictions: { iphone: {}, right: restrictions },
  AvailableOSUpdates: { mac: {}, iphone: supervised },
  OSUpdateStatus: { mac: supervised, iphone: supervised },
  EnableRemoteDesktop: { mac: supervised },
  DisableRemoteDesktop: { mac: supervised },
  RestartDevice: { mac: {}, iphone: supervised, right: lock },
  ShutDownDevice: { mac: {}, iphone: supervised, right: lock },
}

export type Asked = Readonly<{
  facts: Pick<DeviceFacts, 'model' | 'supervised'>
  channel: 'device' | 'user'
  /** `AccessRights` of the enrollment profile. */
  rights: number
}>

/** Why a device does not do what it is asked, as an error of MCMDMErrorDomain; null when it may. */
export const forbidden = (
  requestType: string,
  { facts, channel, rights }: Asked,
): Readonly<{ code: number; description: string }> | null => {
  const rule = Object.hasOwn(rules, requestType) ? rules[requestType] : undefined
  const way: Way | undefined = rule?.[facts.model satisfies Model]
  if (rule === undefined || way === undefined) return unknown(`“${requestType}” is not a valid request type.`)
  if (channel === 'user' && way.users === undefined)
    return unknown(`“${requestType}” is not a valid request type on the channel of a user.`)
  if (way.supervised === true && !facts.supervised)
    return unknown(`“${requestType}” is not a valid request type: the device is not supervised.`)
  return rule.right === undefined || (rights & rule.right) !== 0
    ? null
    : { code: 12020, description: `The enrollment profile gives no right to “${requestType}”.` }
}

const unknown = (description: string) => ({ code: 12021, description })

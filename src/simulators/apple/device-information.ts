import type { PlistDict, PlistValue } from '../../protocols/plist/value.ts'
import type { DeviceFacts } from './facts.ts'

/** Answers the queries that this kind of device knows, and leaves out the others, as devices do. */
export const deviceInformationOf = (facts: DeviceFacts, queries: readonly PlistValue[]): PlistDict => {
  const known = knownOf(facts)
  return Object.fromEntries(
    queries.flatMap((query) => {
      if (typeof query !== 'string' || !Object.hasOwn(known, query)) return []
      const value = known[query]
      return value === undefined ? [] : [[query, value]]
    }),
  )
}

const knownOf = (facts: DeviceFacts): PlistDict => ({
  UDID: facts.udid,
  SerialNumber: facts.serial,
  DeviceName: facts.name,
  Model: facts.productName,
  ModelName: facts.modelName,
  ProductName: facts.productName,
  OSVersion: facts.osVersion,
  BuildVersion: facts.buildVersion,
  DeviceCapacity: facts.capacityGb,
  AvailableDeviceCapacity: facts.capacityGb / 2,
  IsSupervised: false,
  TimeZone: 'Europe/Berlin',
  PushToken: facts.pushToken,
  ...(facts.model === 'mac'
    ? {
        HostName: hostNameOf(facts),
        LocalHostName: hostNameOf(facts),
        IsAppleSilicon: true,
        SystemIntegrityProtectionEnabled: true,
      }
    : { BatteryLevel: 0.75, IsCloudBackupEnabled: false, IsMDMLostModeEnabled: false }),
})

const hostNameOf = ({ modelName, serial }: DeviceFacts): string => `${modelName.replaceAll(' ', '-')}-${serial}`

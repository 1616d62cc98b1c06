import type { PlistDict, PlistValue } from '../../protocols/plist/value.ts'
import type { DeviceFacts } from './facts.ts'

/** Answers the queries that this kind of device knows, and leaves out the others, as devices do. */
export const deviceInformationOf = (facts: DeviceFacts, queries: readonly PlistValue[], isLost = false): PlistDict => {
  const known = knownOf(facts, isLost)
  return Object.fromEntries(
    queries.flatMap((query) => {
      if (typeof query !== 'string' || !Object.hasOwn(known, query)) return []
      const value = known[query]
      return value === undefined ? [] : [[query, value]]
    }),
  )
}

const knownOf = (facts: DeviceFacts, isLost: boolean): PlistDict => ({
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
  IsSupervised: facts.supervised,
  TimeZone: 'Europe/Berlin',
  ...(facts.model === 'mac'
    ? {
        HostName: hostNameOf(facts),
        LocalHostName: hostNameOf(facts),
        IsAppleSilicon: true,
        SystemIntegrityProtectionEnabled: true,
      }
    : { BatteryLevel: 0.75, IsCloudBackupEnabled: false, IsMDMLostModeEnabled: isLost }),
})

const hostNameOf = ({ modelName, serial }: DeviceFacts): string => `${modelName.replaceAll(' ', '-')}-${serial}`

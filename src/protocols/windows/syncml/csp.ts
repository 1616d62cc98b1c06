const vendor = './Device/Vendor/MSFT'

/**
 * Facts of the device, for a Get.
 * https://learn.microsoft.com/windows/client-management/mdm/devdetail-csp
 */
export const devDetail = {
  osVersion: './DevDetail/SwV',
  deviceName: './DevDetail/Ext/Microsoft/DeviceName',
  dnsName: './DevDetail/Ext/Microsoft/DNSComputerName',
  platform: './DevDetail/Ext/Microsoft/OSPlatform',
  serial: './DevDetail/Ext/Microsoft/SMBIOSSerialNumber',
  totalMemory: './DevDetail/Ext/Microsoft/TotalRAM',
  totalStorage: './DevDetail/Ext/Microsoft/TotalStorage',
  freeStorage: './DevDetail/Ext/Microsoft/FreeStorage',
  architecture: './DevDetail/Ext/Microsoft/ProcessorArchitecture',
} as const

/**
 * What a device tells of itself in the first message of a session, without being asked.
 * https://learn.microsoft.com/windows/client-management/mdm/devinfo-csp
 */
export const devInfo = {
  id: './DevInfo/DevId',
  manufacturer: './DevInfo/Man',
  model: './DevInfo/Mod',
  managementVersion: './DevInfo/DmV',
  language: './DevInfo/Lang',
} as const

/**
 * Wipes, each by Exec. `protected` goes on after a loss of power and may leave odd hardware unable to start.
 * https://learn.microsoft.com/windows/client-management/mdm/remotewipe-csp
 */
export const remoteWipe = {
  plain: `${vendor}/RemoteWipe/doWipe`,
  protected: `${vendor}/RemoteWipe/doWipeProtected`,
  keepingUserData: `${vendor}/RemoteWipe/doWipePersistUserData`,
} as const

/**
 * Restarts at once, by Exec.
 * https://learn.microsoft.com/windows/client-management/mdm/reboot-csp
 */
export const rebootNow = `${vendor}/Reboot/RebootNow`

/**
 * The nodes of the management client for one server, which is known to the device by its provider's id. `forUser` is the part of its signed-in user.
 * https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp
 */
export const dmClient = (providerId: string) => {
  const node = `${vendor}/DMClient/Provider/${segment(providerId)}`
  const userNode = `./User/Vendor/MSFT/DMClient/Provider/${segment(providerId)}`
  return {
    node,
    unenroll: `${node}/Unenroll`,
    poll: pollOf(`${node}/Poll`),
    push: { pfn: `${node}/Push/PFN`, channelUri: `${node}/Push/ChannelURI`, status: `${node}/Push/Status` },
    firstSync: firstSyncOf(`${node}/FirstSyncStatus`),
    forUser: { node: userNode, firstSync: firstSyncOf(`${userNode}/FirstSyncStatus`) },
  } as const
}

/**
 * How far the preparation of a device came, as the page that Windows shows while it is set up tells its user.
 * https://learn.microsoft.com/windows/client-management/mdm/enrollmentstatustracking-csp
 */
export const enrollmentStatus = (providerId: string) => {
  const node = `${vendor}/EnrollmentStatusTracking/DevicePreparation/PolicyProviders/${segment(providerId)}`
  return { node, installationState: `${node}/InstallationState` } as const
}

/** What `InstallationState` says. */
export const installationStates = { notInstalled: '1', notRequired: '2', completed: '3', failed: '4' } as const

const pollOf = (node: string) =>
  ({
    firstCount: `${node}/NumberOfFirstRetries`,
    firstInterval: `${node}/IntervalForFirstSetOfRetries`,
    secondCount: `${node}/NumberOfSecondRetries`,
    secondInterval: `${node}/IntervalForSecondSetOfRetries`,
    remainingCount: `${node}/NumberOfRemainingScheduledRetries`,
    remainingInterval: `${node}/IntervalForRemainingScheduledRetries`,
    onLogin: `${node}/PollOnLogin`,
    onFirstLogin: `${node}/AllUsersPollOnFirstLogin`,
  }) as const

const firstSyncOf = (node: string) =>
  ({
    node,
    skipDevicePage: `${node}/SkipDeviceStatusPage`,
    skipUserPage: `${node}/SkipUserStatusPage`,
    blockInPage: `${node}/BlockInStatusPage`,
    allowCollectLogs: `${node}/AllowCollectLogsButton`,
    errorText: `${node}/CustomErrorText`,
    timeout: `${node}/TimeOutUntilSyncFailure`,
    finished: `${node}/ServerHasFinishedProvisioning`,
  }) as const

const segment = (name: string): string => encodeURIComponent(name)

import { dmClient, enrollmentStatus, installationStates } from '../../protocols/windows/syncml/csp.ts'
import type { Deed } from '../../protocols/windows/syncml/deeds.ts'
import { providerId } from './settings.ts'

const { firstSync, forUser } = dmClient(providerId)
const { node, installationState } = enrollmentStatus(providerId)

/** How long the page waits before it lets its user choose, minutes. */
export const setupMinutes = 180

const set = (locUri: string, format: 'bool' | 'int' | 'chr', data: string): Deed => ({ verb: 'Replace', locUri, format, data })
const add = (locUri: string): Deed => ({ verb: 'Add', locUri, format: 'node' })

/**
 * Shows the page of Windows' setup and keeps it up until the device has what it needs; first of all its agent, where one is to be installed.
 * https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp
 */
export const holdDeeds = (awaitsAgent: boolean): readonly Deed[] => [
  add(forUser.node),
  add(forUser.firstSync.node),
  set(firstSync.skipDevicePage, 'bool', 'false'),
  set(firstSync.skipUserPage, 'bool', 'false'),
  set(firstSync.blockInPage, 'int', '1'),
  set(firstSync.allowCollectLogs, 'bool', 'true'),
  set(firstSync.timeout, 'int', String(setupMinutes)),
  add(node),
  set(installationState, 'int', awaitsAgent ? installationStates.notInstalled : installationStates.completed),
]

/** Lets the user go on: the device has what it needs. */
export const releaseDeeds: readonly Deed[] = [
  set(installationState, 'int', installationStates.completed),
  set(firstSync.finished, 'bool', 'true'),
  set(forUser.firstSync.finished, 'bool', 'true'),
]

/** Tells the user that something failed, and what may be done: try again, or go on without. */
export const failureDeeds: readonly Deed[] = [
  set(
    firstSync.errorText,
    'chr',
    'Some settings of your organization could not be installed. Try again, or ask your administrator.',
  ),
  set(firstSync.blockInPage, 'int', '2'),
  set(firstSync.timeout, 'int', '1'),
]

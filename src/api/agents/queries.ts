import type { HostFacts } from '../../domain/enrollment/events.ts'
import type { ListedProfile } from '../../domain/host-profiles/observing.ts'
import type { MdmOpinion } from '../../domain/agents/events.ts'
import type { Row } from '../../protocols/osquery/messages.ts'

/** A question to agents: `discovery` tells whether the table is there; without it an agent without our extension would fail. */
export type DetailQuery = Readonly<{ name: string; sql: string; discovery: string | null; platforms: readonly string[] | null }>

const detail = 'fleet_detail_query_'
const label = 'fleet_label_query_'

export const hostQuery = `${detail}host`
export const mdmQuery = `${detail}mdm`
export const mdmWindowsQuery = `${detail}mdm_windows`
export const encryptionQuery = `${detail}disk_encryption_darwin`
export const profilesQuery = `${detail}mdm_config_profiles_darwin`

const tableExists = (table: string): string =>
  `SELECT 1 FROM osquery_registry WHERE active = true AND registry = 'table' AND name = '${table}'`

/** What every agent is asked about once an hour. */
export const detailQueries: readonly DetailQuery[] = [
  {
    name: hostQuery,
    sql: `SELECT s.hardware_serial, s.computer_name, s.hardware_model, o.version AS os_version, o.build AS os_build
      FROM system_info s, os_version o`,
    discovery: null,
    platforms: null,
  },
  {
    name: profilesQuery,
    sql: `SELECT identifier, display_name, install_date FROM macos_profiles WHERE type = 'Configuration'`,
    discovery: tableExists('macos_profiles'),
    platforms: ['darwin'],
  },
  {
    name: mdmQuery,
    sql: `SELECT enrolled, server_url, installed_from_dep FROM mdm`,
    discovery: tableExists('mdm'),
    platforms: ['darwin'],
  },
  {
    name: mdmWindowsQuery,
    sql: `SELECT key, name, data FROM registry WHERE path LIKE 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Enrollments\\%\\%'
        AND name IN ('DiscoveryServiceFullURL', 'ProviderID', 'AADResourceID')
      UNION ALL SELECT key, name, data FROM registry
      WHERE path = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\InstallationType'`,
    discovery: null,
    platforms: ['windows'],
  },
  {
    name: encryptionQuery,
    sql: `SELECT 1 FROM disk_encryption WHERE user_uuid IS NOT '' AND filevault_status = 'on' LIMIT 1`,
    discovery: tableExists('disk_encryption'),
    platforms: ['darwin'],
  },
]

/** What a Mac thinks of its management; no row means that nobody manages it. */
export const mdmIn = ([row]: readonly Row[]): MdmOpinion => ({
  enrolled: row?.['enrolled'] === 'true',
  serverUrl: withoutParameters(row?.['server_url'] ?? ''),
  installedFromDep: row?.['installed_from_dep'] === 'true',
})

/**
 * What a Windows host's registry tells of its management. Old enrolments stay in it: one that names a server counts. An answer without any row could not
 * be read and tells nothing; the kind of installation is always there.
 */
export const mdmInRegistry = (rows: readonly Row[]): MdmOpinion | null => {
  if (rows.length === 0) return null
  const server = rows.find(({ name, data }) => name === 'DiscoveryServiceFullURL' && data !== undefined && data !== '')
  const joined = rows.some(({ key, name, data }) => key === server?.['key'] && name === 'AADResourceID' && (data ?? '') !== '')
  // `Server`, `Server Core`; the others are `Client`.
  const isServer = rows.some(({ name, data }) => name === 'InstallationType' && /server/i.test(data ?? ''))
  return {
    enrolled: server !== undefined,
    serverUrl: withoutParameters(server?.['data'] ?? ''),
    installedFromDep: server !== undefined && joined,
    ...(isServer && { isServer }),
  }
}

const withoutParameters = (url: string): string | null => url.split(/[?#]/)[0]?.slice(0, 1024) || null

export const labelQueryOf = (labelId: string): string => `${label}${labelId}`

/** The label that an answer is about; null for answers to other questions. */
export const labelIn = (name: string): string | null =>
  name.startsWith(label) && /^\d{1,20}$/.test(name.slice(label.length)) ? name.slice(label.length) : null

/** The facts in the answer to `hostQuery`. */
export const factsIn = ([row]: readonly Row[]): HostFacts => {
  const serial = row?.['hardware_serial']
  const told = {
    serial: serial === '-1' || serial === '0' ? undefined : serial,
    name: row?.['computer_name'],
    productName: row?.['hardware_model'],
    osVersion: row?.['os_version'],
    buildVersion: row?.['os_build'],
  }
  return Object.fromEntries(
    Object.entries(told).flatMap(([fact, value]) => (value === undefined || value === '' ? [] : [[fact, value.slice(0, 255)]])),
  )
}

/** The profiles in the answer to `profilesQuery`. A date that makes no sense is none. */
export const profilesIn = (rows: readonly Row[]): readonly ListedProfile[] =>
  rows.slice(0, 1000).flatMap((row) => {
    const identifier = row['identifier'] ?? ''
    if (identifier === '') return []
    return [
      {
        identifier: identifier.slice(0, 255),
        name: row['display_name']?.slice(0, 255) ?? null,
        installedAt: dateIn(row['install_date'] ?? ''),
      },
    ]
  })

/** `2026-03-01 12:00:00 +0100`. */
const dateIn = (text: string): string | null => {
  const [, day = '', time = '', zone = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4})$/.exec(text) ?? []
  const at = Date.parse(`${day}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`)
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}

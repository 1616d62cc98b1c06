import { derivedId } from '../../kernel/ids.ts'
import type { Enrollment } from '../enrollment/state.ts'

/** What variables stand for on one host, by their names without `$FLEET_VAR_`. A name that is not here stands for nothing on it. */
export type HostValues = Readonly<Record<string, string>>

/** The values of a host, as far as it told them. */
export const hostValuesOf = ({ hardwareId, platform, facts, terms }: Enrollment): HostValues => {
  const user = terms?.account?.managedAppleAccount
  return defined({
    HOST_UUID: hardwareId,
    HOST_HARDWARE_SERIAL: facts.serial,
    HOST_PLATFORM: platform === 'darwin' ? 'macos' : platform,
    HOST_END_USER_IDP_USERNAME: user,
    HOST_END_USER_IDP_USERNAME_LOCAL_PART: user?.split('@')[0],
  })
}

/** Which profile it is in, for the names that mean the profile and not the host. */
export const ofProfile = (profileId: string): HostValues => ({
  SCEP_RENEWAL_ID: `muster-${profileId}`,
  SCEP_WINDOWS_CERTIFICATE_ID: profileId,
})

/**
 * Tells one rendering from another without telling what it says: equal values, equal digest. `missing` names the first variable that stands for
 * nothing on this host; `digest` is null for a profile without variables.
 */
export const renderingOf = (
  { profileId, variables = [] }: Readonly<{ profileId: string; variables?: readonly string[] }>,
  values: HostValues,
): Readonly<{ kind: 'missing'; variable: string }> | Readonly<{ kind: 'rendering'; digest: string | null }> => {
  const all = { ...values, ...ofProfile(profileId) }
  const missing = variables.find((name) => all[name] === undefined)
  if (missing !== undefined) return { kind: 'missing', variable: missing }
  const told = [...variables].sort().map((name) => `${name}=${all[name] ?? ''}`)
  return { kind: 'rendering', digest: variables.length === 0 ? null : derivedId(`rendering/${told.join('\n')}`) }
}

/** Every variable that this server can fill in, on hosts that told what it stands for. */
export const knownVariables: ReadonlySet<string> = new Set([
  'HOST_UUID',
  'HOST_HARDWARE_SERIAL',
  'HOST_PLATFORM',
  'HOST_END_USER_IDP_USERNAME',
  'HOST_END_USER_IDP_USERNAME_LOCAL_PART',
  'SCEP_RENEWAL_ID',
])

/** Those of Windows profiles. */
export const windowsVariables: ReadonlySet<string> = new Set([...knownVariables, 'SCEP_WINDOWS_CERTIFICATE_ID'])

const defined = (values: Readonly<Record<string, string | null | undefined>>): HostValues =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])))

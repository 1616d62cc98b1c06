/**
 * What may stand in a map of Fleet's files, by present names: the keys that are read here, and those that are not managed here. With each go the
 * older names that it had. https://fleetdm.com/docs/configuration/yaml-files
 */
export type Keys = Readonly<{
  read: Readonly<Record<string, readonly string[]>>
  unmanaged: Readonly<Record<string, readonly string[]>>
  /** Keys of Fleet's that nothing here stands for, with what is so instead. */
  refused?: Readonly<Record<string, string>>
}>

/** Keys that never had another name. */
const named = (...names: readonly string[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(names.map((name) => [name, []]))

export const fileKeys: Keys = {
  read: { ...named('name', 'labels', 'controls', 'org_settings'), settings: ['team_settings'] },
  unmanaged: { ...named('policies', 'agent_options', 'software', 'custom_host_vitals'), reports: ['queries'] },
}

export const settingsKeys: Keys = {
  read: named('secrets'),
  unmanaged: named('host_expiry_settings', 'features', 'webhook_settings', 'integrations'),
}

export const orgSettingsKeys: Keys = {
  read: named('secrets'),
  unmanaged: named(
    ...['server_settings', 'org_info', 'features', 'fleet_desktop', 'host_expiry_settings', 'activity_expiry_settings'],
    ...['webhook_settings', 'integrations', 'sso_settings', 'smtp_settings', 'vulnerability_settings', 'mdm'],
    ...['certificate_authorities', 'yara_rules', 'gitops', 'conditional_access', 'microsoft_graph_credentials'],
  ),
}

export const controlsKeys: Keys = {
  read: { apple_settings: ['macos_settings'], windows_settings: [] },
  unmanaged: {
    ...named('scripts', 'android_settings', 'linux_settings', 'enable_disk_encryption', 'windows_require_bitlocker_pin'),
    ...named('enable_recovery_lock_password', 'name_template', 'macos_updates', 'ios_updates', 'ipados_updates', 'tvos_updates'),
    ...named('windows_updates', 'macos_migration', 'windows_enabled_and_configured', 'windows_migration_enabled'),
    ...named('enable_turn_on_windows_mdm_manually', 'windows_entra_tenant_ids', 'windows_entra_client_ids'),
    ...named('android_enabled_and_configured', 'apple_require_hardware_attestation', 'apple_account_provisioning'),
    setup_experience: ['macos_setup'],
  },
}

const profiles = { configuration_profiles: ['custom_settings'] }

export const appleKeys: Keys = {
  read: profiles,
  unmanaged: named('assets', 'enable_disk_encryption', 'enable_escrow_disk_encryption_key'),
}

export const windowsKeys: Keys = {
  read: profiles,
  unmanaged: named('enable_disk_encryption', 'require_bitlocker_pin', 'enable_managed_local_account'),
}

export const profileKeys: Keys = {
  read: { ...named('path', 'paths', 'labels_include_any', 'labels_exclude_any'), labels_include_all: ['labels'] },
  unmanaged: {},
  refused: { activation: 'an activation of your own is applied as a declaration by itself (com.apple.activation.simple)' },
}

export const secretKeys: Keys = { read: named('secret'), unmanaged: {} }

export const labelKeys: Keys = {
  read: named('name', 'description', 'query', 'platform', 'label_membership_type', 'hosts', 'criteria', 'path', 'paths'),
  unmanaged: {},
}

/** What the server knows of a host by itself; Fleet's vitals that are not among these are refused by the server. */
export const criteriaKeys: Keys = {
  read: named('vital', 'value', 'operator'),
  unmanaged: {},
  refused: {
    custom_host_vital_id: 'there are no vitals of your own here',
    and: 'a label has one criterion',
    or: 'a label has one criterion',
  },
}

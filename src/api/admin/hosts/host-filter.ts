import { z } from 'zod'
import type { HostFilter } from '../../../projections/host-filter.ts'
import { refuse } from '../../errors.ts'
import { numberText } from '../../parsing.ts'

const settingsStatus = z.enum(['verified', 'verifying', 'pending', 'failed'])

/** Fleet's words for how an enrollment stands, and the stages that each means here. */
const stagesOf = {
  manual: ['enrolled'],
  enrolled: ['enrolled'],
  automatic: [],
  personal: [],
  pending: ['started'],
  unenrolled: ['known', 'ended'],
} as const satisfies Readonly<Record<string, NonNullable<HostFilter['stages']>>>

/** By which hosts are chosen, in lists and where many are told the same. */
export const filterFields = {
  query: z.string().trim().max(255).optional().describe('A part of a name, a serial number or a UUID.'),
  team_id: numberText.optional(),
  status: z.enum(['online', 'offline', 'new', 'mia', 'missing']).optional(),
  mdm_enrollment_status: z.enum(Object.keys(stagesOf) as [keyof typeof stagesOf]).optional(),
  platform: z.enum(['darwin', 'ios', 'ipados', 'windows']).optional(),
  os_version: z.string().min(1).max(100).optional(),
  os_settings: settingsStatus.optional(),
  macos_settings: settingsStatus.optional().describe('An older word for os_settings.'),
  profile_uuid: z.string().min(1).max(64).optional(),
  profile_status: settingsStatus.optional().describe('How profile_uuid stands on the host.'),
  label_id: numberText.optional(),
}

type Fields = z.infer<z.ZodObject<typeof filterFields>>

/** The filter that these fields mean now, within the teams that the caller reaches (null: all). Refuses what makes no sense together with 400. */
export const filterOf = (fields: Fields, now: Date, reach: readonly string[] | null): HostFilter => {
  const { query, team_id, status, mdm_enrollment_status, os_settings, macos_settings, profile_uuid, profile_status } = fields
  if (profile_status !== undefined && profile_uuid === undefined)
    refuse(400, 'profile_status', 'profile_status needs a profile_uuid.')
  if (os_settings !== undefined && macos_settings !== undefined)
    refuse(400, 'macos_settings', 'macos_settings is an older word for os_settings; use one of them.')
  return {
    text: query === undefined || query === '' ? null : query,
    teamIds: team_id === undefined ? reach : [team_id],
    settings: os_settings ?? macos_settings ?? null,
    profileId: profile_uuid ?? null,
    profileStatus: profile_status ?? null,
    labelId: fields.label_id ?? null,
    presence: status === 'missing' ? 'mia' : (status ?? null),
    stages: mdm_enrollment_status === undefined ? null : stagesOf[mdm_enrollment_status],
    platform: fields.platform ?? null,
    osVersion: fields.os_version ?? null,
    now: now.toISOString(),
  }
}

/** The admin API's JSON as the console reads it, beyond what the client knows. Times are ISO 8601. */
import type { Host, PageMeta, Profile } from '../../client/json.ts'

export type Me = Readonly<{
  user: Readonly<{
    id: number | null
    name: string
    /** Null for a token, which signs in in the place of a user. */
    email: string | null
    global_role: string | null
    teams: readonly Readonly<{ id: number; name: string; role: string }>[]
  }>
  /** Null for a token, which needs none. */
  csrf_token: string | null
}>

export type HostPage = Readonly<{ hosts: readonly Host[]; meta: PageMeta }>

export type HostSummary = Readonly<{
  totals_hosts_count: number
  online_count: number
  offline_count: number
  mia_count: number
  new_count: number
  platforms: readonly Readonly<{ platform: string; hosts_count: number }>[]
}>

export type EnrollmentSummary = Readonly<{
  mobile_device_management_enrollment_status: Readonly<{
    enrolled_manual_hosts_count: number
    enrolled_automated_hosts_count: number
    enrolled_personal_hosts_count: number
    pending_hosts_count: number
    unenrolled_hosts_count: number
    hosts_count: number
  }>
}>

export type NamedLabel = Readonly<{ name: string; id: number } | { name: string; broken: true }>

export type TargetedProfile = Profile &
  Readonly<{
    labels_include_all?: readonly NamedLabel[]
    labels_include_any?: readonly NamedLabel[]
    labels_exclude_any?: readonly NamedLabel[]
  }>

export type ListedCommand = Readonly<{
  command_uuid: string
  status: string
  request_type: string
  updated_at: string
  created_at: string
  hostname: string
  host_id: number
  channel: string
  reason: Readonly<{ code: string }>
  errors: readonly Readonly<{ code: number; domain: string; description: string }>[]
  cancelled_because: string | null
  deadline: string | null
  next_step: Readonly<{ waits_for: string; text: string }> | null
}>

export type Certificate = Readonly<{
  fingerprint: string
  serial: string
  subject: string
  not_after: string | null
  issued_at: string | null
  host_id: number | null
  host_name: string | null
  state: 'issued' | 'active' | 'superseded' | 'expired' | 'revoked'
  days_left: number | null
  alarming: boolean
  renewal: Readonly<{ state: string; attempt: number; since: string | null; detail: string | null; renewable: boolean }> | null
}>

export type PushCertificateState = Readonly<{ topic: string; not_after: string; days_left: number; warning: string | null }>

export type ApiToken = Readonly<{ id: string; name: string; role: string; created_at: string }>

export type User = Readonly<{ id: number; name: string; email: string; global_role: string | null }>

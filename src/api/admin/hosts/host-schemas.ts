import { z } from 'zod'
import { custodyRowJson } from '../custody/custody-presentation.ts'
import { hostJson, profileJson } from './host-presentation.ts'
import { number, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json } from '../contracts/contract.ts'

export const custodyFields = {
  device_status: z.enum(['unlocked', 'locked', 'wiped']),
  pending_action: z.enum(['', 'lock', 'unlock', 'wipe']),
}

/** How a host is held. */
const custody = component('Custody', z.object({ ...custodyFields, device_status_detail: z.string().optional() }), custodyRowJson)

const hostProfile = component(
  'HostProfile',
  z.object({
    profile_uuid: z.string(),
    name: z.string(),
    identifier: z.string(),
    status: z.enum(['pending', 'verifying', 'verified', 'failed']),
    operation_type: z.enum(['install', 'remove']),
    detail: z.string().describe('What went wrong, or why it waits.'),
    platform: z.string(),
    scope: z.enum(['System', 'User']),
  }),
  profileJson,
)

const mdm = {
  enrollment_status: z.string().describe('`On (manual)`, `Pending` or `Off`.'),
  server_url: z.string().nullable(),
  connected_to_fleet: z.boolean().describe('Enrolled here.'),
}

const hostFields = {
  id: number,
  uuid: z.string().describe('What the hardware calls itself: the UDID, or what stands for it.'),
  hardware_serial: z.string(),
  hardware_model: z.string(),
  computer_name: z.string(),
  hostname: z.string(),
  display_name: z.string().describe('Its name, else its serial number, else its UUID.'),
  platform: z.string().describe('`darwin`, `ios`, `ipados`, `windows` or `linux`.'),
  os_version: z.string(),
  build: z.string(),
  team_id: number.nullable(),
  team_name: z.string().nullable(),
  created_at: time,
  updated_at: time,
  last_enrolled_at: time.nullable(),
  seen_time: time.nullable().describe('When it was last heard of; null for a host as it was.'),
}

/** A host in a list. */
const listedHost = component('ListedHost', z.object({ ...hostFields, mdm: z.object(mdm) }), hostJson)

/** A host with all that is known of it. */
export const shownHost = component(
  'Host',
  z.object({
    ...hostFields,
    mdm: z.object({ ...mdm, ...custody.shape, profiles: z.array(hostProfile) }),
    disk_encryption_enabled: z.boolean().nullable().optional().describe("As the host's agent says; null: not known."),
    forgotten_at: time.optional().describe('When it was forgotten whose it is; absent: it was not.'),
  }),
)

const macOfAnn = {
  id: 2318820476108312,
  uuid: 'AAAA1111-0000-4000-8000-00000000C001',
  hardware_serial: 'C02XK1JYJGH5',
  hardware_model: 'MacBook Pro',
  computer_name: 'Mac of Ann',
  hostname: 'Mac of Ann',
  display_name: 'Mac of Ann',
  platform: 'darwin',
  os_version: 'macOS 15.3',
  build: '24D60',
  team_id: 4,
  team_name: 'Design',
  created_at: '2026-03-01T12:00:00.000Z',
  updated_at: '2026-03-02T08:14:03.000Z',
  last_enrolled_at: '2026-03-01T12:00:05.000Z',
  seen_time: '2026-03-02T08:14:03.000Z',
  mdm: { enrollment_status: 'On (manual)', server_url: 'https://mdm.example.com/mdm/apple/mdm', connected_to_fleet: true },
}

export const hostsPage = json(z.object({ hosts: z.array(listedHost), meta: pageMeta }), { hosts: [macOfAnn], meta: onlyPage })

export const wholeMacOfAnn = {
  ...macOfAnn,
  mdm: {
    ...macOfAnn.mdm,
    device_status: 'unlocked' as const,
    pending_action: '' as const,
    profiles: [
      {
        ...{ profile_uuid: 'a2f9d1c4e-8f5a-5d0e-9a43-6b1c0e5d7f21', name: 'Wi-Fi', identifier: 'com.example.wifi' },
        ...{ status: 'verified' as const, operation_type: 'install' as const, detail: '', platform: 'darwin' },
        scope: 'System' as const,
      },
    ],
  },
}

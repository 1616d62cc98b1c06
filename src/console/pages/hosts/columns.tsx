import type { ReactNode } from 'react'
import type { Host } from '../../../client/json.ts'
import { Platform } from '../../parts/platform.tsx'
import { When } from '../../parts/when.tsx'

/** A column of the list of hosts; `order` is the API's word where it can be sorted by. */
export type Column = Readonly<{ key: string; title: string; order?: string; usual: boolean; show: (host: Host) => ReactNode }>

export const columns: readonly Column[] = [
  {
    key: 'platform',
    title: 'System',
    order: 'platform',
    usual: true,
    show: ({ platform, os_version }) => <Platform platform={platform} {...(os_version !== '' && { text: os_version })} />,
  },
  {
    key: 'team',
    title: 'Team',
    order: 'team_name',
    usual: true,
    show: ({ team_name }) => team_name ?? <span className="quiet">No team</span>,
  },
  { key: 'enrollment', title: 'Management', usual: true, show: ({ mdm }) => mdm.enrollment_status },
  {
    key: 'serial',
    title: 'Serial number',
    order: 'hardware_serial',
    usual: true,
    show: ({ hardware_serial }) => <span className="mono">{hardware_serial}</span>,
  },
  { key: 'model', title: 'Model', usual: true, show: ({ hardware_model }) => hardware_model },
  {
    key: 'seen',
    title: 'Last seen',
    order: 'seen_time',
    usual: true,
    show: ({ seen_time }) => <When at={seen_time} none="never" />,
  },
  {
    key: 'enrolled',
    title: 'Enrolled',
    order: 'last_enrolled_at',
    usual: false,
    show: ({ last_enrolled_at }) => <When at={last_enrolled_at} />,
  },
  { key: 'known', title: 'Known since', order: 'created_at', usual: false, show: ({ created_at }) => <When at={created_at} /> },
  { key: 'changed', title: 'Changed', order: 'updated_at', usual: false, show: ({ updated_at }) => <When at={updated_at} /> },
  { key: 'uuid', title: 'UUID', order: 'uuid', usual: false, show: ({ uuid }) => <span className="mono">{uuid}</span> },
  { key: 'id', title: 'Id', order: 'id', usual: false, show: ({ id }) => <span className="mono">{id}</span> },
]

export const usualColumns: readonly string[] = columns.filter(({ usual }) => usual).map(({ key }) => key)

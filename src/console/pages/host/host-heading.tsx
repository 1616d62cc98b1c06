import { Badge, Group } from '@mantine/core'
import type { Host } from '../../../client/json.ts'
import { Id } from '../../parts/id.tsx'
import { Platform } from '../../parts/platform.tsx'
import { When } from '../../parts/when.tsx'

const custodyWords: Readonly<Record<string, string>> = { locked: 'Locked', wiped: 'Wiped' }

/** What the host is called, and how it is held. */
export const HostHeading = ({ host: { display_name, mdm } }: Readonly<{ host: Host }>) => {
  const held = custodyWords[mdm.device_status ?? '']
  return (
    <Group gap="xs">
      {display_name}
      {held !== undefined && <Badge color="red">{held}</Badge>}
      {(mdm.pending_action ?? '') !== '' && <Badge color="orange">{mdm.pending_action} pending</Badge>}
      <Badge color={mdm.connected_to_fleet ? 'teal' : 'gray'}>{mdm.connected_to_fleet ? 'Managed' : 'Not managed'}</Badge>
    </Group>
  )
}

/** What it is, in a line. */
export const HostMarks = ({ host }: Readonly<{ host: Host }>) => (
  <Group gap="md">
    <Platform platform={host.platform} {...(host.os_version !== '' && { text: host.os_version })} />
    <span>{host.hardware_model}</span>
    <Id value={host.hardware_serial} />
    <span>{host.team_name ?? 'No team'}</span>
    {host.seen_time !== null && (
      <span>
        seen <When at={host.seen_time} />
      </span>
    )}
  </Group>
)

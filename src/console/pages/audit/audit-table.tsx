import { Anchor, Table, Tooltip } from '@mantine/core'
import { Link } from 'react-router'
import type { Activity } from '../../../client/json.ts'
import { activityWords, doerOf, hostNameOf, objectOf } from '../../parts/activity-words.ts'
import { At } from '../../parts/when.tsx'

export const AuditTable = ({ entries }: Readonly<{ entries: readonly Activity[] }>) => (
  <Table>
    <Table.Thead>
      <Table.Tr>
        <Table.Th w={150}>When</Table.Th>
        <Table.Th>What</Table.Th>
        <Table.Th>To what</Table.Th>
        <Table.Th>Host</Table.Th>
        <Table.Th>By</Table.Th>
        <Table.Th w={110}>Change set</Table.Th>
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {entries.map((entry) => (
        <AuditRow key={entry.id} entry={entry} />
      ))}
    </Table.Tbody>
  </Table>
)

const AuditRow = ({ entry }: Readonly<{ entry: Activity }>) => {
  const host = hostNameOf(entry)
  return (
    <Table.Tr>
      <Table.Td>
        <At at={entry.created_at} />
      </Table.Td>
      <Table.Td>
        <Tooltip label={entry.event}>
          <span>{activityWords(entry.type)}</span>
        </Tooltip>
      </Table.Td>
      <Table.Td className="cut">{objectOf(entry)}</Table.Td>
      <Table.Td className="cut">
        {host !== null && (
          <Anchor component={Link} to={`/hosts/${String(entry.host_id)}?tab=timeline`}>
            {host}
          </Anchor>
        )}
      </Table.Td>
      <Table.Td className="cut" {...(entry.fleet_initiated && { c: 'dimmed' })}>
        {doerOf(entry)}
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} to={`/audit?change_set=${entry.change_set}`} className="mono">
          {entry.change_set.slice(0, 8)}
        </Anchor>
      </Table.Td>
    </Table.Tr>
  )
}

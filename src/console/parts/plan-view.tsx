import { Alert, Anchor, Group, Stack, Table, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { Plan } from '../../client/history-json.ts'
import { Figure } from './figure.tsx'

const namesIn = (settings: Plan['sample'][number]['install']): string =>
  settings.map(({ profile_name }) => profile_name).join(', ')

/** What a change would do, before it is done: how much, why, and to whom for example. */
export const PlanView = ({ plan }: Readonly<{ plan: Plan }>) => (
  <Stack gap="sm" role="region" aria-label="Plan" className="plan">
    <Group gap={36}>
      <Figure value={plan.hosts} label="hosts touched" />
      <Figure value={plan.installs} label="installs" tone="var(--verifying)" />
      <Figure value={plan.removals} label="removals" tone="var(--failed)" />
      <Figure value={plan.unchanged} label="hosts unchanged" />
    </Group>
    {plan.warnings.map((warning, index) => (
      <Alert key={index} color="orange" icon={<IconInfoCircle size={16} />} p="xs">
        <Text size="sm">{warning}</Text>
      </Alert>
    ))}
    {plan.by_reason.length > 0 && (
      <Table highlightOnHover={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Why</Table.Th>
            <Table.Th>Profile</Table.Th>
            <Table.Th ta="right">Installs</Table.Th>
            <Table.Th ta="right">Removals</Table.Th>
            <Table.Th ta="right">Hosts</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {plan.by_reason.map(({ reason, profile_name, installs, removals, hosts }, index) => (
            <Table.Tr key={index}>
              <Table.Td>{reason}</Table.Td>
              <Table.Td>{profile_name}</Table.Td>
              <Table.Td ta="right">{installs}</Table.Td>
              <Table.Td ta="right">{removals}</Table.Td>
              <Table.Td ta="right">{hosts}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    )}
    {plan.sample.length > 0 && (
      <Stack gap={2}>
        <Text size="xs" className="quiet">
          For example
        </Text>
        {plan.sample.slice(0, 5).map(({ host_id, name, install, remove }) => (
          <Text size="sm" key={host_id}>
            <Anchor component={Link} to={`/hosts/${String(host_id)}`}>
              {name}
            </Anchor>
            {install.length > 0 && <span className="after"> + {namesIn(install)}</span>}
            {remove.length > 0 && <span className="before"> − {namesIn(remove)}</span>}
          </Text>
        ))}
      </Stack>
    )}
  </Stack>
)
